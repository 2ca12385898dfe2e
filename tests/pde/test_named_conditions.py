"""Conditions on named quantities, on the boundary and inside: closed forms, and what is refused."""

import math

import pytest
import torch
from known_functions import SQUARE, WAVE_DOMAIN, XT, XY, T, polynomial, residual_of, sine_wave
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.boundary import Boundary
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.interface import Jump
from pinn_metakan.pde.interior import Interior

IN_BALL = Variables(("x",), ("u",), 4, None)


def quartic(points: Tensor) -> Tensor:
    return points[:, :1] ** 4


def slope(x: Tensor, t: Tensor) -> Tensor:
    """u_x of the sine wave."""
    return 2 * math.pi * torch.cos(2 * math.pi * x) * torch.cos(t) + t * (1 - 2 * x)


def kinked(points: Tensor) -> Tensor:
    """u = y (x - 1/2) below 1/2 and 3 y (x - 1/2) + x^4 - 1/16 above."""
    x, y = points.unbind(1)
    above = 3 * y * (x - 0.5) + x**4 - 0.0625
    return torch.stack([torch.where(x > 0.5, above, y * (x - 0.5)), x], dim=1)


def flux(jet: Jet) -> Tensor:
    """A flux that is y on both sides but for 2 x^3 (= 1/4), above."""
    x, u_x = jet("x", "u_x")
    return torch.where(x > 0.5, u_x / 3 + 2 / 3 * x**3, u_x)


SATISFIED = {
    "kink": (Jump("u_x", lambda x, y: 2 * y + 4 * x**3, "x=0.5"), XY, SQUARE, kinked, 50),
    "continuous": (Jump("u", 0.0, where="x=0.5"), XY, SQUARE, kinked, 50),
    "curvature": (Jump("u_xx", 3.0, where="x=0.5"), XY, SQUARE, kinked, 50),
    "flux": (Jump(flux, 0.25, where="x=0.5"), XY, SQUARE, kinked, 50),
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
        assert values.abs().max() < 1e-10


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
    "jump of": (lambda: Jump("w", 0.0, "x=0.5"), XY, SQUARE, "Jump: 'w' is not known; possible"),
    "jump by": (lambda: Jump("u", "a", "x=0.5"), XY, SQUARE, "Jump: the value must be a real num"),
    "jump at": (lambda: Jump("u", 0.0, "left"), XY, SQUARE, "where must be such as 'x=0.5'"),
    "end": (lambda: Jump("u", 0.0, "x=1"), XY, SQUARE, "x=1 is an end of Box.*, expected an"),
    "corner": (
        lambda: Jump("u", 0.0, {"x": 0.5, "y": 1.0}), XY, SQUARE, "must be one coordinate and its",
    ),
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


@pytest.mark.parametrize(
    ("quantity", "message"),
    [
        (lambda jet: jet("u").sum(), r"quantity of Jump returned \(\), expected a tensor \(N,\)"),
        (lambda jet: 1.0, "the quantity of Jump returned float, expected a tensor"),
        (lambda jet: jet("w"), "the quantity of Jump failed: LookupError: 'w' is not known"),
    ],
)
def test_a_quantity_of_a_jump_that_cannot_be_used_is_told(quantity: object, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        residual_of(Jump(quantity, 0.0, "x=0.5"), XY, SQUARE, polynomial)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "label"),
    [
        (Boundary("u_x", lambda x, y: x[:2], "x=1"), "the Boundary value of u_x"),
        (Interior("x=0.5", v=lambda x, y: x[:2]), "the Interior value of v"),
        (Jump("u_x", lambda x, y: x[:2], "x=0.5"), "the Jump value of u_x"),
    ],
)
def test_a_value_of_wrong_shape_is_told(condition: Condition, label: str) -> None:
    with pytest.raises(ProblemError, match=rf"{label} returned shape \(2,\), expected \(50,\)"):
        residual_of(condition, XY, SQUARE, polynomial)


def test_an_unknown_itself_can_hold_by_construction_on_the_boundary() -> None:
    (offer,) = Boundary("u", 2.0, "x=1").hard_data(XY)
    assert (offer.unknown, offer.data) == ("u", 2.0)
    assert Boundary("u_x", 2.0, "x=1").hard_data(XY) == []
