"""The table of equations in the ball."""

from pathlib import Path

import pytest
from small_tables import cells, diverge

from pinn_metakan.benchmarks import ball
from pinn_metakan.benchmarks.ball import ROWS, ball_lines
from pinn_metakan.errors import SettingsError
from pinn_metakan.training.trainer import Trainer


def test_rows_are_kept_and_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ball, "_TEST_POINTS", 100)
    wide = [name for name, row in ROWS.items() if row.settings]
    arguments = (tmp_path, ["ball_poisson"], [20], wide, 1, "cpu", str)
    header, _, *rows = list(ball_lines(*arguments))
    assert len(rows) == 8
    assert all(len(row.split("|")) == len(header.split("|")) for row in rows)
    counts = {row.split(" | ")[2]: int(row.split(" | ")[3]) for row in rows}
    edges = 20 * 128 + 2 * 128**2 + 128
    assert counts["kan"] == 9 * edges
    assert counts["metakan-sine"] == edges + 4 * (2 * 32 + 32 * 9 + 9)
    assert counts["metakan"] == edges + 3 * (128 + 5) + 1  # biases, 5 coefficients per layer
    monkeypatch.setattr(ball, "run_of", None)
    assert list(ball_lines(*arguments))[2:] == rows


def test_results_are_kept_for_the_device_that_was_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def solved(problem: object, row: object, steps: int, device: str) -> dict[str, float]:
        asked.append(device)
        return {"n_parameters": 1, "error": 1.0, "steps": 1, "step_seconds": 1.0, "memory": 1.0}

    monkeypatch.setattr(ball, "_solved", solved)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    arguments = (tmp_path, ["ball_poisson"], [2], ["mlp"], 1)
    rows = list(ball_lines(*arguments, "auto", str))
    assert list(ball_lines(*arguments, "cpu", str)) == rows
    assert asked == ["auto"]
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    list(ball_lines(*arguments, "auto", str))  # another machine
    assert asked == ["auto", "auto"]


def test_random_dimensions_are_for_more_dimensions_than_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ball, "_TEST_POINTS", 100)
    rows = ["mlp", "mlp, 16 random"]
    lines = list(ball_lines(tmp_path, ["ball_allen_cahn"], [3], rows, 1, "cpu", str))
    assert len(lines) == 3


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no 'heat' in this table; there are ball_poisson"):
        list(ball_lines(tmp_path, ["heat"], [3], [], 1, "cpu", str))
    with pytest.raises(SettingsError, match="no 'pinn' in this table; there are mlp"):
        list(ball_lines(tmp_path, ["ball_poisson"], [3], ["pinn"], 1, "cpu", str))
    with pytest.raises(SettingsError, match="at least 2 dimensions, got 1"):
        list(ball_lines(tmp_path, ["ball_poisson"], [1], [], 1, "cpu", str))


def test_the_ball_has_a_row_for_a_network_that_diverges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Trainer, "run", diverge)
    _, _, row = map(cells, ball_lines(tmp_path, ["ball_poisson"], [2], ["mlp"], 1, "cpu", str))
    assert row[2] == "mlp"
    assert row[4] == "nan"
