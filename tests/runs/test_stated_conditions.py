"""Equations with a condition of each kind, solved beside their closed forms."""

import math

import pytest
import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.boundary_conditions import Periodic
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.terminal import Terminal
from pinn_metakan.runs.solve import solve

#: Settings under which a solve takes a second.
FEW: dict[str, object] = {
    "network": {"widths": [6]},
    "points": {"interior": 100, "boundary": 20, "initial": 30},
    "adam": {"steps": 10},
    "lm": {"steps": 20},
    "evaluation": {"points": 100},
}


class Oscillator(Problem):
    """u_tt = -u."""

    coordinates, unknowns = ("t",), ("u",)
    domain = Interval(0.0, 3.0)

    def __init__(self) -> None:
        self.conditions = {"start": Initial(u=0.0, u_t=1.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, u_tt = jet("u", "u_tt")
        return {"oscillator": u_tt + u}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        return {"u": torch.sin(points[:, 0])}


class ComingWave(Problem):
    """u_t + u_x = 0, known at the end."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)

    def __init__(self) -> None:
        end = Terminal(u=lambda x: torch.sin(2 * math.pi * (x - 1)))
        self.conditions = {"end": end, "ring": Periodic("x")}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_x = jet("u_t", "u_x")
        return {"advection": u_t + u_x}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.unbind(1)
        return {"u": torch.sin(2 * math.pi * (x - t))}


#: Errors that are reached are at most a tenth of these.
SOLVED = {"ordinary": (Oscillator, 2e-4), "last time": (ComingWave, 0.2)}


@pytest.mark.parametrize("conditions", ["hard", "soft"])
@pytest.mark.parametrize(("kind", "error"), SOLVED.values(), ids=SOLVED)
def test_an_equation_is_solved_under_its_conditions(
    kind: type[Problem], error: float, conditions: str
) -> None:
    solution = solve(kind(), "kan", settings=FEW | {"conditions": conditions})
    assert solution.relative_l2["u"] < error
