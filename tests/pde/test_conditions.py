"""Conditions: residuals against closed forms, and what is refused."""

import math

import numpy as np
import pytest
import torch
from known_functions import SQUARE, WAVE_DOMAIN, XT, XY, T, polynomial, residual_of, sine_wave
from torch import Tensor

from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Periodic, Robin
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.terminal import Terminal


def outward(x: Tensor, y: Tensor) -> Tensor:
    """du/dn of x^2 + 3 y on the square."""
    slope = torch.where(y == 2.0, 3.0, torch.where(y == 0.0, -3.0, 0.0)).to(x)
    return torch.where((x == 1.0) & (y > 0) & (y < 2), 2.0, slope)


SATISFIED = {
    "dirichlet": (Dirichlet(u=lambda x, y: x**2 + 3 * y, v=lambda x, y: x * y), ["u", "v"]),
    "dirichlet on a face": (Dirichlet(u=lambda x, y: 1 + 3 * y, where="x=1"), ["u"]),
    "dirichlet where": (Dirichlet(v=0.0, where=lambda x, y: (x == 0) | (y == 0)), ["v"]),
    "neumann": (Neumann(u=3.0, where="y=2"), ["u"]),
    "neumann everywhere": (Neumann(u=outward), ["u"]),
    "robin": (Robin(2.0, -1.0, lambda x, y: 2 * x**2 + 12 - 3, "y=2", "u"), ["u"]),
}


@pytest.mark.parametrize(("condition", "terms"), SATISFIED.values(), ids=SATISFIED)
def test_a_function_that_satisfies_a_condition_has_no_residual(
    condition: Condition, terms: list[str]
) -> None:
    residual = residual_of(condition, XY, SQUARE, polynomial)
    assert list(residual) == terms
    for values in residual.values():
        assert values.shape == (50,)
        assert values.abs().max() < 1e-12


def test_a_function_that_does_not_satisfy_a_condition_has_one() -> None:
    residual = residual_of(Neumann(u=2.0, where="y=2"), XY, SQUARE, polynomial)
    assert torch.allclose(residual["u"], torch.ones(50, dtype=torch.float64))


def test_initial_value_and_velocity_are_compared() -> None:
    condition = Initial(u=lambda x: torch.sin(2 * torch.pi * x), u_t=lambda x: x * (1 - x) + 1)
    residual = residual_of(condition, XT, WAVE_DOMAIN, sine_wave)
    assert residual["u"].abs().max() < 1e-12
    assert torch.allclose(residual["u_t"], -torch.ones(50, dtype=torch.float64))


def test_values_at_the_last_time_are_compared() -> None:
    condition = Terminal(u=lambda x: torch.sin(2 * torch.pi * x) * math.cos(1) + x * (1 - x))
    residual = residual_of(condition, XT, WAVE_DOMAIN, sine_wave)
    assert residual["u"].abs().max() < 1e-12


def test_the_start_of_an_ordinary_differential_equation_is_one_point() -> None:
    residual = residual_of(Initial(u=4.0, u_t=3.0), T, Interval(2.0, 3.0), lambda t: t**2)
    assert residual["u"].tolist() == [0.0]
    assert residual["u_t"].tolist() == [1.0]


def test_periodic_compares_values_and_slopes_of_both_ends() -> None:
    residual = residual_of(Periodic("x"), XT, WAVE_DOMAIN, sine_wave)
    assert residual["u"].shape == (50,)
    assert residual["u"].abs().max() < 1e-12
    assert residual["u_x"].abs().max() > 0.1  # t x (1 - x) has slopes t and -t


def test_the_normal_of_a_ball_points_out() -> None:
    variables = Variables(("x",), ("u",), 4, None)
    residual = residual_of(Neumann(u=2.0), variables, Ball(4), lambda p: (p**2).sum(1)[:, None])
    assert residual["u"].abs().max() < 1e-12


def test_observed_data_are_compared_where_they_are() -> None:
    points = np.array([[0.5, 0.5], [1.0, 2.0]])
    residual = residual_of(Observed(points, u=[1.75, 8.0]), XY, SQUARE, polynomial)
    assert residual["u"].tolist() == pytest.approx([0.0, -1.0])


@pytest.mark.parametrize(
    ("make", "variables", "domain", "message"),
    [
        (lambda: Dirichlet(w=0.0), XY, SQUARE, "'w' is not among u, v"),
        (lambda: Dirichlet(), XY, SQUARE, "needs a value"),
        (lambda: Dirichlet(u=0.0, where="x=3"), XY, SQUARE, "x=0, x=1, y=0, y=2"),
        (lambda: Dirichlet(u=0.0, where="left"), XY, SQUARE, "no face 'left'"),
        (
            lambda: Dirichlet(u=0.0, where=3),
            XY,
            SQUARE,
            "names of parts of the boundary or a function",
        ),
        (lambda: Dirichlet(u=0.0, where="x=1"), XY, Ball(2), "no part 'x=1'; the domain has rim"),
        (lambda: Robin(1.0, 1.0, 0.0), XY, SQUARE, "unknown="),
        (lambda: Initial(u=0.0), XY, SQUARE, "SpaceTime"),
        (lambda: Initial(u_x=0.0), XT, WAVE_DOMAIN, "u, u_t"),
        (lambda: Initial(u=0.0, u_t=1.0), XY, SQUARE, "Initial needs a domain with time"),
        (lambda: Terminal(u=0.0), XY, SQUARE, "Terminal needs a domain with time"),
        (lambda: Terminal(u_x=0.0), XT, WAVE_DOMAIN, "Terminal: 'u_x' is not among u, u_t"),
        (lambda: Initial(u=torch.sin), T, Interval(0.0, 1.0), "Initial: u must be a number, there"),
        (lambda: Periodic("z"), XY, SQUARE, "no scalar coordinate 'z'"),
        (lambda: Periodic("t"), XT, WAVE_DOMAIN, "time cannot be periodic"),
        (lambda: Periodic("x"), XY, Ball(2), "needs a box"),
        (
            lambda: Observed([[0.5, 3.0]], u=[1.0]),
            XY,
            SQUARE,
            r"point 0 at \(0.5, 3\) lies outside",
        ),
        (lambda: Observed([[0.5]], u=[1.0]), XY, SQUARE, r"shape \(M, 2\)"),
        (lambda: Observed([[0.5, 0.5]], u=[1.0, 2.0]), XY, SQUARE, r"shape \(1,\)"),
        (lambda: Observed([[0.5, 0.5]], u=[np.nan]), XY, SQUARE, "NaN"),
    ],
)
def test_what_does_not_fit_is_refused(
    make: object, variables: Variables, domain: Domain, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make().check(variables, domain)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (lambda x, y: x[:, None], r"shape \(50, 1\), expected \(50,\)"),
        (lambda x: x, "failed: TypeError"),
        (lambda x, y: "one", "returned str"),
        (lambda x, y: 1 / 0, "failed: ZeroDivisionError"),
    ],
)
def test_a_wrong_function_is_named(data: object, message: str) -> None:
    with pytest.raises(ProblemError, match=f"Dirichlet value of u.*{message}"):
        residual_of(Dirichlet(u=data), XY, SQUARE, polynomial)  # type: ignore[arg-type]
