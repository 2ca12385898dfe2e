"""Integrals: rules against closed forms, residuals, and what is refused."""

import math
from collections.abc import Callable

import pytest
import torch
from known_functions import SQUARE, WAVE_DOMAIN, XT, XY, polynomial, residual_of
from own_domains import Ellipse
from torch import Tensor

from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.quadrature import quadrature_rule
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.integral import Integral


def exponential(points: Tensor) -> Tensor:
    return points.sum(dim=1).exp()


def square(points: Tensor) -> Tensor:
    return points.square().sum(dim=1)


#: Domain, function, its integral, and the relative error of the rule.
INTEGRALS: dict[str, tuple[Domain, Callable[[Tensor], Tensor], float, float]] = {
    "interval": (Interval(0.0, 1.0), exponential, math.e - 1, 1e-14),
    "square": (Box((0.0, 1.0), (0.0, 1.0)), exponential, (math.e - 1) ** 2, 1e-13),
    "cube": (Box(*[(0.0, 1.0)] * 3), exponential, (math.e - 1) ** 3, 1e-13),
    "four axes": (Box(*[(0.0, 1.0)] * 4), exponential, (math.e - 1) ** 4, 1e-3),
    "disk": (Ball(2, radius=2.0), square, 8 * math.pi, 1e-3),
    "ball": (Ball(4), square, math.pi**2 / 3, 1e-3),
    "own": (Ellipse(2.0, 1.0), square, 5 * math.pi / 2, 1e-3),
}


@pytest.mark.parametrize(
    ("domain", "function", "integral", "error"), INTEGRALS.values(), ids=INTEGRALS
)
def test_a_rule_integrates(
    domain: Domain, function: Callable[[Tensor], Tensor], integral: float, error: float
) -> None:
    nodes, weights = quadrature_rule(domain)
    assert bool(domain.contains(nodes).all())
    assert abs(float(weights @ function(nodes)) - integral) < error * integral


VOLUMES: dict[str, tuple[Domain, float]] = {
    "box": (Box((0.0, 2.0), (-1.0, 2.0)), 6.0),
    "ball": (Ball(3, radius=2.0), 32 * math.pi / 3),
    "in time": (SpaceTime(Ball(2), 1.0, 3.0), 2 * math.pi),
    "own": (Ellipse(2.0, 1.0), 2 * math.pi),
}


@pytest.mark.parametrize(("domain", "volume"), VOLUMES.values(), ids=VOLUMES)
def test_a_domain_has_a_volume(domain: Domain, volume: float) -> None:
    assert domain.volume == pytest.approx(volume, rel=1e-3)


def test_the_integral_is_over_all_coordinates_without_time() -> None:
    # x^2 + 3 y over [0, 1] x [0, 2] is 2/3 + 6
    residual = residual_of(Integral("u", 1.0), XY, SQUARE, polynomial)
    assert residual["u"].tolist() == pytest.approx([2 / 3 + 6 - 1])


def test_the_integral_of_a_derivative_is_the_difference_at_the_ends() -> None:
    residual = residual_of(Integral("v_x", 2.0), XY, SQUARE, polynomial)
    assert residual["v_x"].tolist() == pytest.approx([0.0], abs=1e-13)


def test_the_integral_is_over_space_at_each_time() -> None:
    def growing(points: Tensor) -> Tensor:
        x, t = points.unbind(1)
        return (torch.exp(t) * x)[:, None]

    condition = Integral("u", lambda t: torch.exp(t) / 2)
    residual = residual_of(condition, XT, WAVE_DOMAIN, growing)
    assert residual["u"].shape == (3,)  # of 50 points, a twentieth
    assert residual["u"].abs().max() < 1e-13
    assert residual_of(Integral("u", 0.0), XT, WAVE_DOMAIN, growing)["u"].min() > 0.5


REFUSED = {
    "unknown": (lambda: Integral("w", 0.0), XY, "Integral: 'w' is not known; possible are"),
    "coordinate": (lambda: Integral("x", 0.0), XY, "Integral: 'x' is a coordinate, expected"),
    "value": (lambda: Integral("u", "one"), XY, "Integral: the value of u must be a real number"),
    "function": (
        lambda: Integral("u", torch.sin),
        XY,
        "must be a number: the integral is over",
    ),
}


@pytest.mark.parametrize(("make", "variables", "message"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(
    make: Callable[[], Integral], variables: Variables, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make().check(variables, SQUARE)


def test_a_volume_that_is_none_is_refused() -> None:
    domain = Ball(2)
    domain.volume = 0.0
    with pytest.raises(ValueError, match=r"the volume of Ball.* must be above 0 and finite, got 0"):
        quadrature_rule(domain)
