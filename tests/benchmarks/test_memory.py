"""What training keeps in memory."""

from small_tables import cells

from pinn_metakan.benchmarks.memory import memory_lines


def test_training_a_metakan_keeps_less_than_a_third_of_a_kan() -> None:
    _, _, *rows = map(cells, memory_lines("cpu", "float32", str))
    parameters = {row[0]: int(row[1]) for row in rows}
    assert parameters["kan, autograd"] == 300_672
    assert parameters["metakan-sine, jets"] == 34_852
    parts = {row[0]: float(row[-1]) for row in rows}
    assert parts["metakan-sine, jets"] < 1 / 3
    assert parts["metakan, jets"] < 1 / 3
    assert float(rows[0][-1]) == 1.0
