"""Seconds of Levenberg-Marquardt solve each shipped problem far beyond what first order does."""

import pytest

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.solve import solve

#: Problem, its parameters, network and hidden widths; Burgers with a layer that few points resolve.
CASES: list[tuple[str, dict[str, object], str, list[int]]] = [
    ("poisson", {}, "kan", [6, 6]),
    ("poisson", {}, "metakan", [8, 8]),
    ("poisson", {}, "metakan-sine", [8, 8]),
    ("heat", {}, "kan", [6, 6]),
    ("heat", {}, "metakan", [8, 8]),
    ("heat", {}, "metakan-sine", [8, 8]),
    ("burgers", {"viscosity": 0.1}, "kan", [5, 5, 5]),
]
SETTINGS: dict[str, object] = {
    "points": {"interior": 700},
    "adam": {"steps": 30},
    "lm": {"steps": 40, "redraw_every": 0},
    "evaluation": {"shape": [41, 41]},
}


@pytest.mark.parametrize(("name", "parameters", "network", "widths"), CASES)
def test_a_solve_of_seconds_reaches_1e_5(
    name: str, parameters: dict[str, object], network: str, widths: list[int]
) -> None:
    settings = SETTINGS | {"network": {"widths": widths}}
    solution = solve(load_problem(name, (), parameters), network, settings=settings)
    assert solution.relative_l2["u"] < 1e-5
