"""Data that are taken hard are smooth enough for the residual, and torch can differentiate them."""

import math
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from pinn_metakan.ansatz.hard.constraints import build_constraints
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.boundary_conditions import Dirichlet, Periodic
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.problem import Problem

ROD = SpaceTime(Interval(-1.0, 1.0), 0.0, 1.0)


def found(
    conditions: dict[str, Condition],
    ask: str = "u_t, u_xx",
    domain: Domain = ROD,
    coordinates: tuple[str, ...] = ("x", "t"),
) -> tuple[set[str], str]:
    """What is hard, and the notes."""

    class Given(Problem):
        unknowns = ("u",)

        def residual(self, jet: Jet) -> dict[str, Tensor]:
            return {"equation": sum(map(jet, ask.split(", ")), torch.zeros(()))}

    problem = Given()
    problem.domain, problem.coordinates, problem.conditions = domain, coordinates, conditions
    constraints = build_constraints(formulate(problem))
    return set(constraints.satisfied), "; ".join(constraints.notes)


def bump(x: Tensor) -> Tensor:
    return 1 - x**2


class Rounded(torch.autograd.Function):
    """A function whose gradient is wrong."""

    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        return torch.sin(math.pi * x)

    @staticmethod
    def backward(ctx, slope):  # type: ignore[no-untyped-def]
        return 0 * slope


SOFT: dict[str, tuple[Callable[[Tensor], object], str]] = {
    "hat": (lambda x: 1 - x.abs(), "have a kink at x = 0;"),
    "plucked": (lambda x: torch.minimum(1 + x, (1 - x) / 3), "have a kink at x = -0.5;"),
    "clamped": (lambda x: torch.clamp(torch.sin(math.pi * x), min=0.0), "have a kink at x = 0;"),
    "step": (lambda x: torch.where(x < 0.3, 1.0, 0.0), "jump at x = 0.3;"),
    "step of a slope": (lambda x: bump(x) * torch.where(x < 0.3, 1.0, 0.5), "jump at x = 0.3;"),
    "boolean": (lambda x: x < 0.25, "jump at x = 0.25;"),
    "table": (lambda x: torch.floor(4 * x) / 4, "jump at x = "),
    "numpy": (lambda x: np.sin(np.pi * x.numpy()), "cannot be differentiated by torch"),
    "numpy step": (lambda x: np.where(x.numpy() < 0.3, 1.0, 0.0), "jump at x = 0.3;"),
    "detached": (lambda x: torch.sin(math.pi * x).detach(), "cannot be differentiated by torch"),
    "a part detached": (lambda x: bump(x) * x.detach(), "cannot be differentiated by torch"),
    "wrong gradient": (lambda x: Rounded.apply(x), "cannot be differentiated by torch"),
    "root": (lambda x: bump(x).sqrt(), "have no finite derivative at x = -1;"),
}
HARD: dict[str, Callable[[Tensor], object]] = {
    "smooth": bump,
    "steep": lambda x: bump(x) * torch.tanh((x - 0.1234) / 1e-5),
    "fast": lambda x: torch.sin(100 * math.pi * x),
    "of single precision": lambda x: torch.sin(math.pi * x.float()),
    "kink of curvature": lambda x: bump(x) * torch.relu(x - 0.2) ** 2,
    "zero": lambda x: 0 * x,
    "number": lambda x: 0.0,
}


@pytest.mark.parametrize(("data", "reason"), SOFT.values(), ids=SOFT)
def test_data_that_are_not_smooth_enough_stay_soft(
    data: Callable[[Tensor], Tensor], reason: str
) -> None:
    hard, notes = found({"start": Initial(u=data)})
    assert hard == set()
    assert f"start_u: its data {reason}" in notes


@pytest.mark.parametrize("data", HARD.values(), ids=HARD)
def test_smooth_data_are_taken_hard_however_steep(data: Callable[[Tensor], Tensor]) -> None:
    assert found({"start": Initial(u=data)}) == ({"start_u"}, "")


def test_a_kink_is_fine_where_first_derivatives_are_all() -> None:
    hat = {"start": Initial(u=lambda x: 1 - x.abs())}
    assert found(hat, "u_t, u_x")[0] == {"start_u"}
    assert found(hat, "u_t, u_xx")[0] == set()
    assert found({"start": Initial(u=lambda x: x * x.abs())}, "u_t, u_xx")[0] == {"start_u"}
    assert found({"start": Initial(u=lambda x: x * x.abs())}, "u_t, u_xxx")[0] == set()


CARRIED: dict[str, tuple[str, Callable[[Tensor], Tensor], str]] = {
    "transport": ("u_t, u_x", lambda x: torch.where(x < 0.3, 1.0, 0.0), "is discontinuous"),
    "waves": ("u_tt, u_xx", lambda x: 1 - x.abs(), "is not smooth: it has kinks"),
    "kink in transport": ("u_t, u_x", lambda x: x.abs(), ""),
    "diffusion": ("u_t, u_xx", lambda x: x.abs(), ""),
    "third order": ("u_t, u_xxx", lambda x: x.abs(), ""),
}


@pytest.mark.parametrize(("ask", "data", "sentence"), CARRIED.values(), ids=CARRIED)
def test_jumps_and_kinks_that_stay_in_the_solution_are_told(
    ask: str, data: Callable[[Tensor], Tensor], sentence: str
) -> None:
    class Given(Problem):
        coordinates, unknowns, domain = ("x", "t"), ("u",), ROD
        conditions = {"start": Initial(u=data)}  # noqa: RUF012

        def residual(self, jet: Jet) -> dict[str, Tensor]:
            return {"equation": sum(map(jet, ask.split(", ")), torch.zeros(()))}

    carried = build_constraints(formulate(Given())).carried
    assert [sentence in line for line in carried] == ([True] if sentence else [])


def test_a_kink_in_time_at_a_wall_counts_by_the_order_in_time() -> None:
    walls = {"walls": Dirichlet(u=lambda x, t: torch.clamp(t, max=0.5))}
    assert found(walls, "u_t, u_xx") == ({"walls_u"}, "")
    hard, notes = found(walls, "u_tt, u_xx")
    assert hard == set()
    assert "kink at t = 0.5" in notes


def test_velocities_faces_and_balls_are_looked_at_too() -> None:
    start = {"start": Initial(u=0.0, u_t=lambda x: x.abs())}
    assert found(start, "u_tt, u_xx") == (
        {"start_u"},
        "start_u_t: its data have a kink at x = 0; it stays soft",
    )
    square = Box((0.0, 1.0), (0.0, 1.0))
    edge = {"edge": Dirichlet(u=lambda x, y: (y - 0.4).abs(), where="x=0")}
    hard, notes = found(edge, "u_xx, u_yy", square, ("x", "y"))
    assert hard == set()
    assert "kink at y = 0.4" in notes
    rim = {"rim": Dirichlet(u=lambda x, y: x.abs())}
    assert found(rim, "u_xx, u_yy", Ball(2), ("x", "y"))[0] == set()
    rim = {"rim": Dirichlet(u=lambda x, y: torch.exp(x) * y)}
    assert found(rim, "u_xx, u_yy", Ball(2), ("x", "y"))[0] == {"rim_u"}


def test_slopes_that_disagree_at_a_seam_stay_soft() -> None:
    ends = Periodic("x")
    hard, notes = found({"ends": ends, "start": Initial(u=lambda x: x**2)})
    assert hard == {"ends_u", "ends_u_x"}
    assert "start_u: its data have a kink where ends joins the ends" in notes
    smooth = Initial(u=lambda x: torch.cos(math.pi * x))
    assert found({"ends": ends, "start": smooth})[0] == {"ends_u", "ends_u_x", "start_u"}


@pytest.mark.parametrize("data", [lambda x: torch.log(x), lambda x: 1 / torch.relu(x - 0.99)])
def test_data_that_are_not_finite_somewhere_are_refused(data: Callable[[Tensor], Tensor]) -> None:
    with pytest.raises(ProblemError, match=r"start.*(NaN|nan|inf)"):
        found({"start": Initial(u=data)})


def test_a_domain_of_the_user_is_told_the_true_reason() -> None:
    class Pond(Domain):
        """A disk that the package does not know to be one."""

        disk = Ball(2)
        dimension, bounds, faces = 2, disk.bounds, ()
        unit_dimension, boundary_unit_dimension = 3, 2

        def interior(self, unit: Tensor) -> Tensor:
            return self.disk.interior(unit)

        def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
            return self.disk.boundary(unit)

        def contains(self, points: Tensor) -> Tensor:
            return self.disk.contains(points)

    hard, notes = found({"rim": Dirichlet(u=0.0)}, "u_xx, u_yy", Pond(), ("x", "y"))
    assert hard == set()
    assert "Pond has no factor that vanishes on its boundary" in notes
    assert "'where' is a function" not in notes


def test_a_second_initial_condition_is_told() -> None:
    two = {"a": Initial(u=bump), "b": Initial(u=bump)}
    hard, notes = found(two)
    assert hard == {"a_u"}
    assert "b: u has an initial condition already; stays soft" in notes


VANISHING = {
    "walls": (
        ROD,
        ("x", "t"),
        lambda x, t: torch.sin(math.pi * (x - t)) + torch.sin(math.pi * (x + t)),
    ),
    "constant walls": (
        ROD,
        ("x", "t"),
        lambda x, t: 1 + torch.sin(math.pi * (x - t)) + torch.sin(math.pi * (x + t)),
    ),
    "square in time": (
        SpaceTime(Box((0.0, 1.0), (0.0, 1.0)), 0.0, 1.0),
        ("x", "y", "t"),
        lambda x, y, t: torch.cos(math.pi * (x + y) - t) - torch.cos(math.pi * (x - y) - t),
    ),
    "powers": (
        Box((1.0, 2.0), (1.0, 2.0)),
        ("x", "y"),
        lambda x, y: (x + y) ** 3 - (x**3 + 3 * x**2 * y + 3 * x * y**2),
    ),
}


@pytest.mark.parametrize(("domain", "coordinates", "data"), VANISHING.values(), ids=VANISHING)
def test_data_that_vanish_up_to_rounding_are_smooth(
    domain: Domain, coordinates: tuple[str, ...], data: Callable[..., Tensor]
) -> None:
    ask = "u_tt, u_xx" if "t" in coordinates else "u_xx, u_yy"
    assert found({"walls": Dirichlet(u=data)}, ask, domain, coordinates) == ({"walls_u"}, "")


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_a_seam_is_found_at_any_size_and_on_faces(size: float) -> None:
    hard, notes = found({"ends": Periodic("x"), "start": Initial(u=lambda x: size * (1 - x**2))})
    assert hard == {"ends_u", "ends_u_x"}
    assert "a kink where ends joins the ends" in notes
    lid = {"ends": Periodic("x"), "lid": Dirichlet(u=lambda x, y: size * x * (1 - x), where="y=0")}
    square = Box((0.0, 1.0), (0.0, 1.0))
    hard, notes = found(lid, "u_xx, u_yy", square, ("x", "y"))
    assert hard == {"ends_u", "ends_u_x"}
    assert "lid_u: its data have a kink where ends joins the ends" in notes


def test_many_dimensions_are_looked_at_in_seconds() -> None:
    box = Box(*[(0.0, 1.0)] * 40)
    begin = time.process_time()
    assert found({"a": Dirichlet(u=2.0)}, "laplacian_u", box, ("x",))[0] == {"a_u"}
    ball = {"a": Dirichlet(u=lambda x: x.sum(dim=1))}
    assert found(ball, "laplacian_u", Ball(40), ("x",))[0] == {"a_u"}
    assert time.process_time() - begin < 10
