"""The cost of a Jacobian: what is timed is the same matrix."""

import pytest
from small_tables import cells

from pinn_metakan.benchmarks.jacobian import jacobian_lines
from pinn_metakan.benchmarks.step import NETWORKS


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.func compiles its own rules
def test_the_jacobians_that_are_timed_are_equal() -> None:
    _, _, *rows = map(cells, jacobian_lines("cpu", "float64", 20, 1, str))
    assert [row[0] for row in rows] == list(NETWORKS)
    assert all(float(row[-1]) < 1e-12 for row in rows)
