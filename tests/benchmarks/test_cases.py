"""The table of a folder of problems: a row for each file, mistakes told before anything runs."""

from pathlib import Path

import pytest
from small_tables import TINY, cells

from pinn_metakan.benchmarks.cases import case_lines
from pinn_metakan.errors import SettingsError, UserError
from pinn_metakan.settings.layers import Layer

SMALL: list[Layer] = [("small", {**TINY, "lm": {"steps": 3}, "evaluation": {"shape": [5]}})]
DECAY = """
import torch
from pinn_metakan import Dirichlet, Interval, Problem

class Decay(Problem):
    coordinates, unknowns = ("t",), ("u",)
    domain = Interval(0.0, 1.0)
    conditions = {"start": Dirichlet(u=1.0, where="t=0")}

    def residual(self, jet):
        u, u_t = jet("u", "u_t")
        return {"decay": u_t + u}
"""
REFERENCE = """
    def reference(self, points):
        return {"u": torch.exp(-points[:, 0])}
"""


def lines(out: Path, folder: Path, **others: object) -> list[str]:
    options: dict[str, object] = {
        "names": [], "networks": ["mlp"], "seeds": 2, "seconds": 30.0, "layers": SMALL,
        "progress": str,
    }  # fmt: skip
    return list(case_lines(out, folder, **{**options, **others}))  # type: ignore[arg-type]


def test_each_file_of_a_folder_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "decay.py").write_text(DECAY + REFERENCE)
    (tmp_path / "other.py").write_text(DECAY + REFERENCE)
    _, _, first, second = lines(tmp_path / "out", tmp_path)
    assert cells(first)[:2] == ["decay", "mlp"]
    assert cells(second)[:2] == ["other", "mlp"]
    middle, lowest, _, highest = (word.strip("()") for word in cells(first)[3].split())
    assert float(lowest) <= float(middle) <= float(highest) < 0.1
    assert "3 steps" in cells(first)[5]


def test_a_file_that_was_changed_is_run_again(tmp_path: Path) -> None:
    path = tmp_path / "decay.py"
    path.write_text(DECAY + REFERENCE)
    once = lines(tmp_path / "out", tmp_path, seeds=1)
    assert lines(tmp_path / "out", tmp_path, seeds=1) == once
    path.write_text((DECAY + REFERENCE).replace("u_t + u}", "u_t + 2 * u}"))
    assert lines(tmp_path / "out", tmp_path, seeds=1)[2:] != once[2:]


def test_a_problem_without_a_reference_is_refused(tmp_path: Path) -> None:
    (tmp_path / "decay.py").write_text(DECAY)
    with pytest.raises(UserError, match=r"decay.py: no reference to compare with"):
        lines(tmp_path / "out", tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no problem file \(\*.py\) in"):
        lines(tmp_path / "out", tmp_path)


def test_an_unknown_problem_is_refused(tmp_path: Path) -> None:
    (tmp_path / "decay.py").write_text(DECAY + REFERENCE)
    with pytest.raises(SettingsError, match=r"no problem 'growth' in .*; there are decay"):
        lines(tmp_path / "out", tmp_path, names=["growth"])


def test_seconds_must_be_positive(tmp_path: Path) -> None:
    (tmp_path / "decay.py").write_text(DECAY + REFERENCE)
    with pytest.raises(SettingsError, match="seconds must be positive, got 0"):
        lines(tmp_path / "out", tmp_path, seconds=0.0)
