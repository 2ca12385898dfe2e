"""The commands that measure: their rows say what they claim, and runs are not made twice."""

from pathlib import Path

import pytest
from small_runs import FAST

from pinn_metakan.benchmarks import defaults, variants
from pinn_metakan.benchmarks.defaults import default_lines
from pinn_metakan.benchmarks.memory import memory_lines
from pinn_metakan.benchmarks.step import jacobian_lines, step_lines
from pinn_metakan.benchmarks.variants import Variant
from pinn_metakan.cli import main
from pinn_metakan.errors import SettingsError


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_step_is_timed_and_jets_keep_less_than_autograd_for_kans() -> None:
    header, _, *rows = [cells(line) for line in step_lines("cpu", "float64", 40, 1)]
    assert len(rows) == 10
    for row in rows:
        assert len(row) == len(header)
        assert float(row[2].split()[0]) > 0
        if "kan" in row[1]:
            assert float(row[-1]) < 0.5


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.func compiles its own rules
def test_the_jacobians_that_are_timed_are_equal() -> None:
    _, _, *rows = [cells(line) for line in jacobian_lines("cpu", "float64", 20, 1)]
    assert len(rows) == 5
    assert all(float(row[-1]) < 1e-12 for row in rows)


def test_training_a_metakan_keeps_less_than_a_third_of_a_kan() -> None:
    _, _, *rows = [cells(line) for line in memory_lines("cpu", "float32")]
    parameters = {row[0]: int(row[1]) for row in rows}
    assert parameters["kan, autograd"] == 300_672
    assert parameters["metakan, jets"] == 34_852
    assert float(rows[-1][-1]) < 1 / 3
    assert float(rows[0][-1]) == 1.0


def test_complete_runs_of_the_table_are_read_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(defaults, "VARIANTS", {"small": Variant("kan", FAST)})
    told: list[str] = []
    arguments = (tmp_path, 2, 60.0, "cpu", ["heat"], [], told.append)
    first = list(default_lines(*arguments))
    assert [cells(line)[:2] for line in first[2:]] == [["heat", "small"]]
    assert told == ["heat, small, seed 0", "heat, small, seed 1"]
    monkeypatch.setattr(variants, "solve", None)
    assert list(default_lines(*arguments)) == first
    errors = [float(cell) for cell in cells(first[2])[6:9]]
    assert errors[1] <= errors[0] <= errors[2]


def test_a_row_or_column_that_does_not_exist_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError, match="no 'navier'"):
        list(default_lines(tmp_path, 1, 1.0, "cpu", ["navier"], [], print))
    with pytest.raises(SystemExit) as stop:
        main(["bench", "defaults", f"--out={tmp_path}", "--variant=none"])
    assert stop.value.code == 2
    assert "kan, rbf (default)" in capsys.readouterr().err


@pytest.mark.parametrize("variant", defaults.VARIANTS)
def test_every_row_of_the_table_can_begin(variant: str, tmp_path: Path) -> None:
    assert len(list(default_lines(tmp_path, 1, 0.1, "cpu", ["poisson"], [variant], str))) == 3
