"""The cost of a step: both engines, every network."""

import pytest
from small_tables import cells

from pinn_metakan.benchmarks import step
from pinn_metakan.benchmarks.step import NETWORKS, step_lines


def test_every_step_is_timed_and_jets_keep_less_than_autograd_for_kans(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(step, "_WIDTHS", (8, 16))
    told: list[str] = []
    header, _, *rows = map(cells, step_lines("cpu", "float64", 40, 1, told.append))
    assert len(rows) == 2 * len(NETWORKS)
    assert told == [f"{row[0]}, {row[1]}" for row in rows]
    for row in rows:
        assert len(row) == len(header)
        assert float(row[2].split()[0]) > 0
        if "kan" in row[1]:
            assert float(row[-1]) < 0.5
