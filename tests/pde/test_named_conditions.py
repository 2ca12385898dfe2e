"""Conditions on named quantities, on the boundary and inside: closed forms, and what is refused."""

import math

import pytest
import torch
from known_functions import SQUARE, WAVE_DOMAIN, XT, XY, T, polynomial, residual_of, sine_wave
from torch import Tensor

from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.boundary import Boundary
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.interior import Interior

IN_BALL = Variables(("x",), ("u",), 4, None)


def quartic(points: Tensor) -> Tensor:
    return points[:, :1] ** 4


def slope(x: Tensor, t: Tensor) -> Tensor:
    """u_x of the sine wave."""
    return 2 * math.pi * torch.cos(2 * math.pi * x) * torch.cos(t) + t * (1 - 2 * x)


SATISFIED = {
    "fourth order": (Boundary("u_tttt", 24.0, "t=2"), T, Interval(0.0, 2.0), quartic, 50),
    "third order": (Boundary("u_ttt", 48.0, where="t=2"), T, Interval(0.0, 2.0), quartic, 50),
    "laplacian": (Boundary("laplacian_u", 2.0), XY, SQUARE, polynomial, 50),
    "mixed": (Boundary("v_xy", 1.0, where="y=2"), XY, SQUARE, polynomial, 50),
    "function": (Boundary("v_x", lambda x, y: y, "x=1"), XY, SQUARE, polynomial, 50),
    "plane": (Interior("x=0.5", u=lambda x, y: 0.25 + 3 * y), XY, SQUARE, polynomial, 50),
    "slope inside": (Interior({"y": 1.5}, u_x=lambda x, y: 2 * x), XY, SQUARE, polynomial, 50),
    "point": (Interior({"y": 1.5, "x": 0.5}, v=0.75), XY, SQUARE, polynomial, 1),
    "time": (
        Interior(u_x=slope, where="t=0.5"),
        XT, WAVE_DOMAIN, sine_wave, 50,
    ),
    "center of a ball": (Interior(u=0.0, where={"x": [0.0] * 4}), IN_BALL, Ball(4), quartic, 1),
    "instant": (Interior(u=16.0, where="t=2"), T, Interval(0.0, 3.0), quartic, 1),
}  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "variables", "domain", "function", "count"), SATISFIED.values(), ids=SATISFIED
)
def test_a_function_that_satisfies_a_condition_has_no_residual(
    condition: Condition, variables: Variables, domain: Domain, function: object, count: int
) -> None:
    for values in residual_of(condition, variables, domain, function).values():
        assert values.shape == (count,)
        assert values.abs().max() < 1e-12


def test_a_function_that_does_not_satisfy_a_condition_has_a_residual() -> None:
    residual = residual_of(Interior(u_y=2.0, v=0.0, where="y=1"), XY, SQUARE, polynomial)
    assert torch.allclose(residual["u_y"], torch.ones(50, dtype=torch.float64))
    assert residual["v"].abs().max() > 0.5


REFUSED = {
    "unknown": (lambda: Boundary("w", 0.0), XY, SQUARE, "Boundary: 'w' is not known; possible are"),
    "order": (lambda: Boundary("u_xxxxx", 0.0), XY, SQUARE, "Boundary: 'u_xxxxx' is of order 5"),
    "coordinate": (lambda: Boundary("x", 0.0), XY, SQUARE, "Boundary: 'x' is a coordinate, expect"),
    "vector": (lambda: Boundary("gradient_u", 0.0), XY, SQUARE, "several components; name one"),
    "number": (lambda: Boundary(0.0, 0.0), XY, SQUARE, "a quantity is a name such as 'u', got 0.0"),
    "face": (lambda: Boundary("u_x", 0.0, "x=3"), XY, SQUARE, "no face 'x=3'; the domain has x=0"),
    "value": (lambda: Boundary("u_x", [1.0], "x=1"), XY, SQUARE, "Boundary: u_x must be a real"),
    "nothing": (lambda: Interior("x=1"), XY, SQUARE, "Interior needs a value, such as Int"),
    "name": (lambda: Interior("x=1", w=0.0), XY, SQUARE, "Interior: 'w' is not known; poss"),
    "word": (lambda: Interior("left", u=0.0), XY, SQUARE, "must be such as 'x=0.5' or {'x': 0.5"),
    "no place": (lambda: Interior(3, u=0.0), XY, SQUARE, "where must be such as 'x=0.5'.* got 3"),
    "coordinates": (lambda: Interior("z=1", u=0.0), XY, SQUARE, "'z' is no coordinate; there are"),
    "no number": (lambda: Interior("x=a", u=0.0), XY, SQUARE, "where: x must be a number, got 'a'"),
    "infinite": (lambda: Interior("x=inf", u=0.0), XY, SQUARE, "where: x must be a number, got 'i"),
    "far": (lambda: Interior("x=2", u=0.0), XY, SQUARE, "x=2 lies outside Box.* x is from 0 to 1"),
    "components": (lambda: Interior({"x": 0.0}, u=0.0), IN_BALL, Ball(4), "x must be 4 numbers"),
    "outside": (
        lambda: Interior({"x": 0.9, "y": 0.9}, u=0.0), XY, Ball(2), r"point \(0.9, 0.9\) lies out",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "variables", "domain", "message"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(
    make: object, variables: Variables, domain: Domain, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make().check(variables, domain)  # type: ignore[operator]


def test_a_plane_that_only_the_bounds_have_is_refused() -> None:
    condition = Interior({"x": 0.9, "y": 0.9}, u=0.0)
    with pytest.raises(ValueError, match=r"\(almost\) no point of Ball.* has x=0.9, y=0.9"):
        residual_of(condition, Variables(("x", "y", "z"), ("u",), 3, None), Ball(3), quartic)
