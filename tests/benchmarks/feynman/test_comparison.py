"""The table of the Feynman functions: results are kept, a network that diverges is a cell."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from small_tables import cells, diverge

from pinn_metakan.benchmarks.feynman import comparison
from pinn_metakan.benchmarks.feynman.comparison import METHODS, feynman_lines
from pinn_metakan.errors import SettingsError


def test_results_are_kept_and_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {name: replace(method, steps=2) for name, method in METHODS.items()}
    monkeypatch.setattr(comparison, "METHODS", short)
    told: list[str] = []
    arguments = (tmp_path, 1, [5], ["I.6.20a"], [], told.append)
    rows = list(feynman_lines(*arguments))
    path = tmp_path / "feynman.jsonl"
    kept = path.read_text()
    assert len(kept.splitlines()) == 2 * len(METHODS)
    assert list(feynman_lines(*arguments)) == rows
    assert path.read_text() == kept
    row = next(row for row in rows if row.startswith("| I.6.20a | 315, 220, 112, 271 |"))
    assert "5.9e-04 | 3.9e-04" in row  # what the paper reports
    counts = {json.loads(line)["result"]["n_parameters"] for line in kept.splitlines()}
    edges, h, size = 1 * 5 + 5 * 5 + 5 * 1, 16, 9
    assert {edges * size, edges + 2 * h + h * size + size} <= counts


def test_an_unknown_function_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no Feynman function 'II.1'; there are I.6.20a"):
        list(feynman_lines(tmp_path, 1, [5], ["II.1"], [], print))


def test_an_unknown_method_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no method 'KAN'; there are KAN, L-BFGS"):
        list(feynman_lines(tmp_path, 1, [5], [], ["KAN"], print))


def test_methods_that_are_chosen_are_compared_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = {"KAN, LM": 1.0, "shared functions, LM": 1.0, "KAN, L-BFGS": 200.0}

    def planted(
        name: str, hidden: object, grid: int, method: object, seed: int
    ) -> dict[str, float]:
        label = next(label for label, each in METHODS.items() if each is method)
        return {"n_parameters": 1, "train_error": 0.0, "test_error": errors[label]}

    monkeypatch.setattr(comparison, "_fitted", planted)
    lines = "\n".join(feynman_lines(tmp_path, 1, [5], ["I.12.5"], list(errors), print))
    assert "- shared functions, LM: at or below KAN, LM on 1 of 1" in lines
    assert "- shared functions, LM: 100 times lower than KAN, L-BFGS on 1 of 1" in lines
    assert "sine" not in lines


def test_a_feynman_function_goes_on_without_a_network_that_diverges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "METHODS", dict(METHODS))
    seeds = iter(range(100))
    monkeypatch.setattr(comparison, "fit", lambda *a: diverge() if next(seeds) % 3 == 0 else 0.0)
    lines = list(feynman_lines(tmp_path, 3, [5], ["I.12.5"], [], str))
    row = next(cells(line) for line in lines if line.startswith("| I.12.5"))
    assert all(math.isfinite(float(cell)) for cell in row[2 : 2 + len(METHODS)])
    monkeypatch.setattr(comparison, "fit", diverge)
    lines = list(feynman_lines(tmp_path / "all", 1, [5], ["I.12.5"], [], str))
    row = next(cells(line) for line in lines if line.startswith("| I.12.5"))
    assert row[2 : 2 + len(METHODS)] == ["nan"] * len(METHODS)
