"""The table of second opinions: kept as it comes, and refused before anything is measured."""

import math
from pathlib import Path

import pytest
from small_tables import TINY, cells, diverge

from pinn_metakan.benchmarks import opinion
from pinn_metakan.benchmarks.opinion import opinion_lines
from pinn_metakan.errors import SettingsError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.layers import Layer

SMALL: list[Layer] = [("small", {key: value for key, value in TINY.items() if key != "network"})]


def lines(out: Path, problems: list[str], networks: list[str], seeds: int = 1) -> list[str]:
    return list(opinion_lines(out, problems, networks, seeds, SMALL, "cpu", str))


def test_a_row_has_both_errors_their_distance_and_its_ratio(tmp_path: Path) -> None:
    header, _, row = lines(tmp_path, ["heat"], ["mlp"])
    assert cells(header)[-2:] == ["disagreement", "disagreement over error"]
    problem, network, *numbers = cells(row)
    error, second, apart, ratio = map(float, numbers)
    assert (problem, network) == ("heat", "mlp")
    checked = solve(load_problem("heat"), "mlp", settings=SMALL, check=True)
    assert error == pytest.approx(checked.relative_l2["u"], rel=0.05)
    assert apart == pytest.approx(checked.disagreement["u"], rel=0.05)
    assert ratio == pytest.approx(apart / error, rel=0.2)
    assert apart <= (error + second) * 1.1  # the triangle, rounded


def test_results_are_kept_and_medians_are_over_the_seeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made_up(case: opinion.Case, seed: int, progress: object) -> dict[str, float]:
        return {"error": 0.1, "second_error": 0.3, "disagreement": 0.1 * (seed + 1)}

    monkeypatch.setattr(opinion, "_compared", made_up)
    (*_, row) = lines(tmp_path, ["wave"], ["kan"], seeds=3)
    assert cells(row)[2:] == ["1.0e-01", "3.0e-01", "2.0e-01", "2 (1 to 3)"]
    monkeypatch.setattr(opinion, "_compared", diverge)
    assert lines(tmp_path, ["wave"], ["kan"], seeds=3)[-1] == row


def test_a_run_that_fails_is_nan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinion, "solve", diverge)
    (*_, row) = lines(tmp_path, ["heat"], ["kan"])
    assert all(math.isnan(float(cell)) for cell in cells(row)[2:])


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no problem 'nothing' in this table; there are poiss"):
        lines(tmp_path, ["nothing"], [])
    with pytest.raises(SettingsError, match="no network 'nothing' here; there are metakan, kan"):
        lines(tmp_path, [], ["nothing"])
