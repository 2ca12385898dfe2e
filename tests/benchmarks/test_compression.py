"""Networks made smaller: a run that fails is a row."""

import pytest
from small_tables import cells, solve_or_diverge

from pinn_metakan.benchmarks import compression
from pinn_metakan.benchmarks.compression import compression_lines


def test_compression_goes_on_without_a_network_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: compression._WAYS[name] for name in ("baked", "codebooks of 16")}
    monkeypatch.setattr(compression, "_WAYS", few)
    told: list[str] = []
    monkeypatch.setattr(compression, "solve", solve_or_diverge(lambda name, _: name == "kan"))
    rows = [cells(line) for line in compression_lines("heat", "cpu", 1, 1, told.append)][2:]
    assert rows[0][:4] == ["kan", "not", "-", "nan"]
    others = 2  # metakan and metakan-sine
    assert len(rows) == 1 + others * (1 + len(few))
    assert not any("nan" in row for row in rows[1:])
    assert told[1] == "kan: the loss is nan"
    monkeypatch.setattr(compression, "solve", solve_or_diverge(lambda name, _: name == "custom"))
    rows = [cells(line) for line in compression_lines("heat", "cpu", 1, 1, str)][2:]
    assert len(rows) == 3 * (1 + len(few))
    assert [row[3:] for row in rows[1 : 1 + len(few)]] == [["nan", "nan"]] * len(few)
