"""Equations with a condition of each kind, solved beside their closed forms."""

import math
from pathlib import Path

import pytest
import torch
from small_runs import stop_at
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import Interrupted
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.boundary import Boundary
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Periodic
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.integral import Integral
from pinn_metakan.pde.interface import Jump
from pinn_metakan.pde.interior import Interior
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.terminal import Terminal
from pinn_metakan.runs.resume import resume
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


class Cantilever(Problem):
    """u_xxxx = 1, clamped at 0 and free at 1."""

    coordinates, unknowns = ("x",), ("u",)
    domain = Interval(0.0, 1.0)

    def __init__(self) -> None:
        self.conditions = {
            "place": Dirichlet(u=0.0, where="x=0"),
            "clamp": Boundary("u_x", 0.0, where="x=0"),
            "moment": Boundary("u_xx", 0.0, where="x=1"),
            "force": Boundary("u_xxx", 0.0, where="x=1"),
        }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"load": jet("u_xxxx") - 1}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x = points[:, 0]
        return {"u": x**2 * (x**2 - 4 * x + 6) / 24}


def conductivity(x: Tensor) -> Tensor:
    return torch.where(x < 0.5, 1.0, 10.0)


class Layers(Problem):
    """(k u_x)_x = -1 in two materials: k u_x = A - x, of which u is the integral on each side."""

    coordinates, unknowns = ("x",), ("u",)
    domain = Interval(0.0, 1.0)

    def __init__(self) -> None:
        flux = Jump(lambda jet: conductivity(jet("x")) * jet("u_x"), 0.0, where="x=0.5")
        self.conditions = {"ends": Dirichlet(u=0.0), "flux": flux}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        x, u_xx = jet("x", "u_xx")
        return {"heat": conductivity(x) * u_xx + 1}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, a = points[:, 0], 13 / 44  # the same u from both sides
        above = (a * (x - 1) - (x**2 - 1) / 2) / 10
        return {"u": torch.where(x < 0.5, a * x - x**2 / 2, above)}


class Insulated(Problem):
    """u_xx + u_yy = -2 pi^2 u_exact, no flux through any wall; one condition fixes the level."""

    coordinates, unknowns = ("x", "y"), ("u",)
    domain = Box((0.0, 1.0), (0.0, 1.0))

    def __init__(self, level: Condition) -> None:
        self.conditions = {"walls": Neumann(u=0.0), "level": level}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        x, y, laplacian = jet("x", "y", "laplacian_u")
        source = 2 * math.pi**2 * torch.cos(math.pi * x) * torch.cos(math.pi * y)
        return {"poisson": laplacian + source}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, y = points.unbind(1)
        return {"u": torch.cos(math.pi * x) * torch.cos(math.pi * y)}


#: Errors that are reached are at most a tenth of these.
SOLVED = {
    "ordinary": (Oscillator, "hard", 2e-4),
    "ordinary, soft": (Oscillator, "soft", 2e-4),
    "last time": (ComingWave, "hard", 0.2),
    "last time, soft": (ComingWave, "soft", 0.2),
    "beam": (Cantilever, "hard", 1e-3),
    "layers": (Layers, "hard", 1e-5),
    "layers, soft": (Layers, "soft", 1e-3),
}


@pytest.mark.parametrize(("kind", "conditions", "error"), SOLVED.values(), ids=SOLVED)
def test_an_equation_is_solved_under_its_conditions(
    kind: type[Problem], conditions: str, error: float
) -> None:
    solution = solve(kind(), "kan", settings=FEW | {"conditions": conditions})
    assert solution.relative_l2["u"] < error


LEVELS = {
    "point": Interior(u=1.0, where={"x": 0.0, "y": 0.0}),
    "integral": Integral("u", 0.0),
}


@pytest.mark.parametrize("level", LEVELS.values(), ids=LEVELS)
def test_a_level_is_fixed_inside(level: Condition) -> None:
    solution = solve(Insulated(level), "kan", settings=FEW)
    assert solution.relative_l2["u"] < 0.1


def test_a_run_with_an_integral_is_resumed(tmp_path: Path) -> None:
    """The nodes of the integral are a part of the checkpoint."""
    few = FEW | {"adam": {"steps": 4}, "lm": {"steps": 3}, "report_every": 1}
    whole = solve(Insulated(LEVELS["integral"]), "kan", settings=few)
    out, progress = tmp_path / "run", stop_at(5)
    with pytest.raises(Interrupted):
        solve(Insulated(LEVELS["integral"]), "kan", settings=few, out=out, progress=progress)
    again = resume(out, Insulated(LEVELS["integral"]))
    assert again.relative_l2 == whole.relative_l2
