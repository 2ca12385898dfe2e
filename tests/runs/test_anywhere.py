"""A solution is evaluated, differentiated and integrated anywhere: held against closed forms."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from own_domains import Annulus, Ellipse
from small_runs import NO_STEPS

from pinn_metakan import (
    Ball,
    Box,
    Dirichlet,
    Domain,
    Initial,
    Interval,
    Jet,
    Problem,
    Solution,
    SpaceTime,
    UserError,
    open_run,
    solve,
)


class Known(Problem):
    """A field that a transform prescribes, whatever the network is."""

    unknowns = ("u",)

    def __init__(self, domain: Domain, coordinates: tuple[str, ...], k: float = 3.0):
        self.domain, self.coordinates, self.k = domain, coordinates, k
        self.conditions = {"rim": Dirichlet(u=lambda *where: self.field(torch.column_stack(where)))}

    def field(self, points: torch.Tensor) -> torch.Tensor:
        """x^2 y t: products of powers of all columns."""
        powers = [p ** (2 if k == 0 else 1) for k, p in enumerate(points.unbind(1))]
        return torch.stack(powers).prod(dim=0)

    def transform(
        self, points: torch.Tensor, outputs: dict[str, torch.Tensor]
    ) -> dict[str, torch.Tensor]:
        """The field, and next to nothing of the network."""
        return {"u": self.field(points) + 0.0 * outputs["u"]}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"known": jet("u") + jet("laplacian_u")}


def known(domain: Domain, *coordinates: str) -> Solution:
    is_vector = len(coordinates) < domain.dimension
    grid = {"points": 50} if is_vector else {"shape": [5] * domain.dimension}
    settings = {**NO_STEPS, "evaluation": grid}
    return solve(Known(domain, coordinates), "mlp", settings=settings)


@pytest.fixture(scope="module")
def plane() -> Solution:
    """u = x^2 t on (0, 2) x (0, 3)."""
    return known(SpaceTime(Interval(0.0, 2.0), 0.0, 3.0), "x", "t")


@pytest.fixture(scope="module")
def box() -> Solution:
    """u = x^2 y t on (0, 1) x (0, 2) x (0, 1)."""
    return known(SpaceTime(Box((0.0, 1.0), (0.0, 2.0)), 0.0, 1.0), "x", "y", "t")


@pytest.fixture(scope="module")
def ellipse() -> Solution:
    """u = x^2 y in the ellipse of half axes 2 and 1."""
    return known(Ellipse(2.0, 1.0), "x", "y")


def test_points_are_given_by_rows_or_by_name(plane: Solution) -> None:
    rows = plane([[0.5, 1.0], [2.0, 3.0]])["u"]
    np.testing.assert_allclose(rows, [0.25, 12.0])
    named = plane(x=np.array([[0.5], [1.0]]), t=[1.0, 2.0, 3.0])["u"]
    np.testing.assert_allclose(named, [[0.25, 0.5, 0.75], [1.0, 2.0, 3.0]])
    assert plane(x=1.0, t=torch.tensor(2.0))["u"] == 2.0
    assert plane(np.empty((0, 2)))["u"].shape == (0,)


def test_outside_the_domain_is_nan_unless_asked_for(plane: Solution) -> None:
    np.testing.assert_array_equal(plane(x=[1.0, 3.0], t=1.0)["u"], [1.0, math.nan])
    np.testing.assert_allclose(plane(x=[1.0, 3.0], t=1.0, extrapolate=True)["u"], [1.0, 9.0])
    np.testing.assert_array_equal(plane.derivative("u_x", x=[1.0, 3.0], t=1.0), [2.0, math.nan])
    assert np.isnan(plane([[5.0, 5.0]])["u"]).all()


def test_a_vector_coordinate_has_its_components_last() -> None:
    ball = known(Ball(10), "x")
    points = 0.1 * np.ones((2, 3, 10))
    np.testing.assert_allclose(ball(x=points)["u"], np.full((2, 3), 1e-11))
    np.testing.assert_allclose(ball(**{f"x{k}": 0.1 for k in range(1, 11)})["u"], 1e-11)
    gradient = ball.derivative("gradient_u", x=points)
    np.testing.assert_allclose(gradient[..., 0], np.full((2, 3), 2e-10))
    assert gradient.shape == (2, 3, 10)
    np.testing.assert_allclose(ball.derivative("laplacian_u", points[0]), 2e-9)
    assert ball.integral("1") == pytest.approx(math.pi**5 / 120, rel=1e-12)
    assert ball.flux("1") == pytest.approx(math.pi**5 / 12, rel=1e-2)


def test_derivatives_and_expressions_are_those_of_the_field(plane: Solution) -> None:
    x, t = np.array([0.3, 1.7]), np.array([0.2, 2.9])
    points = np.stack([x, t], axis=1)
    for name, expected in {
        "u": x**2 * t,
        "u_x": 2 * x * t,
        "u_xx": 2 * t,
        "u_xt": 2 * x,
        "u_xxt": np.full(2, 2.0),
        "u_xxxx": np.zeros(2),
        "laplacian_u": 2 * t,
        "x": x,
        "u_t + u * u_x - k * sin(pi * x) ** 2": x**2
        + x**2 * t * 2 * x * t
        - 3 * np.sin(np.pi * x) ** 2,
        "2": np.full(2, 2.0),
    }.items():
        np.testing.assert_allclose(plane.derivative(name, points), expected, atol=1e-10)


def test_integrals_are_those_of_the_closed_form(plane: Solution, box: Solution) -> None:
    assert plane.integral("u", at={"t": 1}) == pytest.approx(8 / 3, rel=1e-12)
    assert plane.integral("u") == pytest.approx(8 / 3 * 4.5, rel=1e-12)
    assert plane.integral("u_x**2", at={"x": 0.5}) == pytest.approx(9.0, rel=1e-12)
    assert box.integral("u", at={"t": 0.5}) == pytest.approx(1 / 3, rel=1e-12)
    assert box.integral("1") == pytest.approx(2.0, rel=1e-12)


def test_fluxes_are_those_of_the_closed_form(plane: Solution, box: Solution) -> None:
    assert plane.flux("k * u_x", face="x=2", at={"t": 1}) == pytest.approx(12.0, rel=1e-12)
    assert plane.flux("k * u_x", face="x=2") == pytest.approx(54.0, rel=1e-12)
    assert box.flux("u_x", face="x=1", at={"t": 1}) == pytest.approx(4.0, rel=1e-12)
    # Gauss: what leaves is the integral of the divergence.
    leaves, inside = box.flux("u_n", at={"t": 1}), box.integral("laplacian_u", at={"t": 1})
    assert leaves == pytest.approx(inside, rel=1e-12)
    assert box.flux("1", at={"t": 1}) == pytest.approx(6.0, rel=1e-12)


def test_own_domains_have_integrals_and_fluxes(ellipse: Solution) -> None:
    assert ellipse.integral("1") == pytest.approx(2 * math.pi, rel=1e-3)
    assert ellipse.integral("x**2") == pytest.approx(math.pi / 4 * 8, rel=1e-3)
    assert ellipse.integral("1", at={"y": 0.0}) == pytest.approx(4.0, rel=1e-3)
    leaves = ellipse.flux("x * u_n")  # int of div(x grad u) = int of u_x + x laplacian u = 0
    assert leaves == pytest.approx(0.0, abs=1e-2)
    ring = known(Annulus(), "x", "y")
    assert ring.flux("1") == pytest.approx(2 * math.pi * 1.4, rel=2e-3)


MISTAKES = {
    "no points": (lambda s: s(), r"expected either points \(M, 2\) or x=..., t=..."),
    "both": (lambda s: s([[0, 0]], x=1), r"expected either points \(M, 2\) or x"),
    "shape": (lambda s: s([0.5, 0.5]), r"points must have shape \(M, 2\), columns x, t, got"),
    "columns": (lambda s: s([[0.5]]), r"points must have shape \(M, 2\)"),
    "words": (lambda s: s([["a", "b"]]), "points must be numbers"),
    "name": (lambda s: s(x=1, y=2), "no coordinate 'y'; there are x, t"),
    "missing": (lambda s: s(x=1), "the coordinate t is missing; expected x, t"),
    "broadcast": (lambda s: s(x=[1, 2], t=[1, 2, 3]), r"do not broadcast .*: x \(2,\), t \(3,\)"),
    "not finite": (lambda s: s(x=1, t=math.nan), r"point 0 at \(1, nan\) is not finite"),
    "derivative": (
        lambda s: s.derivative("u_y", [[0, 0]]),
        "'u_y' is not known; possible are coordinates x, t; unknowns u; .*numbers pi, k",
    ),
    "order": (lambda s: s.derivative("u_xxxxx", [[0, 0]]), "is of order 5, above the highest, 4"),
    "code": (lambda s: s.derivative("__import__('os')", [[0, 0]]), "cannot be evaluated"),
    "syntax": (lambda s: s.derivative("u +", [[0, 0]]), "'u \\+' is no expression"),
    "vector": (lambda s: s.derivative("2 * gradient_u", [[0, 0]]), "has several components"),
    "at": (lambda s: s.integral("u", at={"y": 1}), "at: no coordinate 'y'; there are x, t"),
    "range": (lambda s: s.integral("u", at={"t": 9}), "at: t is from 0 to 3, got 9"),
    "all fixed": (lambda s: s.integral("u", at={"x": 1, "t": 1}), "all coordinates are fixed"),
    "gradient": (lambda s: s.integral("gradient_u"), "got a gradient"),
    "face": (lambda s: s.flux("u_x", face="x=1"), "flux: no face 'x=1'; the domain has x=0, x=2"),
    "normal": (lambda s: s.integral("u_n"), "'u_n' is not known"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_one_clear_line(mistake: str, plane: Solution) -> None:
    ask, message = MISTAKES[mistake]
    with pytest.raises(UserError, match=message) as caught:
        ask(plane)  # type: ignore[no-untyped-call]
    assert "\n" not in str(caught.value)


class Decay(Problem):
    """u_t = u_xx, in two slabs."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)

    def __init__(self) -> None:
        self.conditions = {
            "initial": Initial(u=lambda x: torch.sin(math.pi * x)),
            "walls": Dirichlet(u=0.0),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        return {"heat": jet("u_t") - jet("u_xx")}


def test_slabs_of_time_are_one_field(tmp_path: Path) -> None:
    settings = {**NO_STEPS, "slabs": 2, "evaluation": {"shape": [5, 5]}, "adam": {"steps": 2}}
    solution = solve(Decay(), "mlp", settings=settings, out=tmp_path / "run")
    times = np.linspace(0.0, 1.0, 11)
    values = solution(x=0.5, t=times)["u"]
    h = 1e-5
    slopes = (solution(x=0.5, t=times[1:-1] + h)["u"] - solution(x=0.5, t=times[1:-1] - h)["u"]) / (
        2 * h
    )
    is_smooth = times[1:-1] != 0.5
    found = solution.derivative("u_t", x=0.5, t=times[1:-1])
    np.testing.assert_allclose(found[is_smooth], slopes[is_smooth], atol=1e-5)
    again = open_run(tmp_path / "run", Decay())
    np.testing.assert_array_equal(again(x=0.5, t=times)["u"], values)
