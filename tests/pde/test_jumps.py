"""Jumps are found by halving; coefficients that jump are told."""

import pytest
import torch
from torch import Tensor

from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.coefficients import note_jumps
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.interface import Jump
from pinn_metakan.pde.jumps import find_jump
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem


@pytest.mark.parametrize("place", [0.1, 1 / 3, 0.5, 0.999])
@pytest.mark.parametrize("height", [1.0, -3.0, 0.05])
def test_a_jump_is_found_where_it_is(place: float, height: float) -> None:
    def function(s: Tensor) -> Tensor:
        return torch.sin(3 * s) + height * (s > place)

    assert find_jump(function) == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize(
    "function",
    [
        lambda s: torch.zeros_like(s),
        lambda s: 1e6 + s,
        lambda s: torch.tanh((s - 0.4) / 1e-6),
        lambda s: (s - 0.4).abs(),
        lambda s: torch.sin(300 * s),
        lambda s: s.float().double().sin(),
        lambda s: torch.full_like(s, torch.nan),
    ],
)
def test_a_function_without_a_jump_has_none(function) -> None:  # type: ignore[no-untyped-def]
    assert find_jump(function) is None


class Layers(Problem):
    """k (T_xx + T_yy) = 0, with k = 1.38 below and 400 above."""

    coordinates, unknowns = ("x", "y"), ("T",)
    domain = Box((0.0, 1.0), (0.0, 1.0))

    def residual(self, jet):  # type: ignore[no-untyped-def]
        y, T_xx, T_yy = jet("y", "T_xx", "T_yy")
        return {"heat": torch.where(y < 0.5, 1.38, 400.0) * (T_xx + T_yy)}


class Source(Layers):
    """A source that jumps is no coefficient."""

    def residual(self, jet):  # type: ignore[no-untyped-def]
        y, T_xx, T_yy = jet("y", "T_xx", "T_yy")
        return {"heat": T_xx + T_yy - torch.where(y < 0.5, 1.38, 400.0)}


class Flux(Layers):
    """The flux as an unknown: what the note says to do."""

    unknowns = ("T", "p", "q")

    def residual(self, jet):  # type: ignore[no-untyped-def]
        y, T_x, T_y, p, q, p_x, q_y = jet("y", "T_x", "T_y", "p", "q", "p_x", "q_y")
        k = torch.where(y < 0.5, 1.38, 400.0)
        return {"x": p - k * T_x, "y": q - k * T_y, "heat": p_x + q_y}


def test_a_coefficient_that_jumps_is_told() -> None:
    (note,) = note_jumps(formulate(Layers()))
    assert "heat: a coefficient jumps at y = 0.5" in note
    assert "flux as an unknown" in note


def test_a_jump_that_a_condition_prescribes_is_not_told_but_others_are() -> None:
    class Known(Layers):
        def __init__(self, place: str):
            self.conditions = {"between": Jump("T_y", 0.0, where=place)}

    assert note_jumps(formulate(Known("y=0.5"))) == []
    (note,) = note_jumps(formulate(Known("y=0.25")))
    assert "heat: a coefficient jumps at y = 0.5" in note


@pytest.mark.parametrize("kind", [Source, Flux])
def test_other_jumps_are_not(kind: type[Problem]) -> None:
    assert note_jumps(formulate(kind())) == []


def test_shipped_problems_have_no_such_coefficient(shipped_problem: Problem) -> None:
    assert note_jumps(formulate(shipped_problem)) == []
    assert note_jumps(formulate(load_problem("ball_poisson", parameters={"dimension": 20}))) == []


SMOOTH = {
    "weak": ("u_t, u_xx", lambda x, u: u[0] - 1e-7 * u[1] - torch.sin(torch.pi * x)),
    "large source": ("u_xxxx", lambda x, u: u[0] - 1e5 * torch.exp(-x)),
    "fast source": ("u_xx", lambda x, u: u[0] + 1e5 * torch.sin(100 * torch.pi * x)),
    "variable": ("u_x, u_xx", lambda x, u: torch.sin(x) * u[0] - torch.exp(x) * u[1]),
}


@pytest.mark.parametrize(("asked", "term"), SMOOTH.values(), ids=SMOOTH)
def test_rounding_beside_a_source_is_no_jump(asked: str, term) -> None:  # type: ignore[no-untyped-def]
    class Rod(Problem):
        coordinates, unknowns = ("x", "t"), ("u",)
        domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)

        def residual(self, jet):  # type: ignore[no-untyped-def]
            return {"rod": term(jet("x"), [jet(name) for name in asked.split(", ")])}

    assert note_jumps(formulate(Rod())) == []


def test_a_coefficient_that_jumps_in_a_ball_is_told() -> None:
    class Disk(Problem):
        coordinates, unknowns = ("x", "y"), ("u",)
        domain = Ball(2)

        def residual(self, jet):  # type: ignore[no-untyped-def]
            x, y, laplacian = jet("x", "y", "laplacian_u")
            return {"disk": torch.where(x**2 + y**2 < 0.25, 1.0, 10.0) * laplacian + 1}

    (note,) = note_jumps(formulate(Disk()))
    assert "disk: a coefficient jumps at x = " in note
