"""Poisson's equation with source 1 in polygons: order, closed forms, the bound of the error."""

import math

import pytest
import torch
from torch import Tensor

from pinn_metakan.reference.polygon_torsion import L_SHAPE, PolygonTorsion

TRIANGLE = [(math.cos(angle), math.sin(angle)) for angle in (0, 2 * math.pi / 3, 4 * math.pi / 3)]


def inside(points: list[list[float]]) -> Tensor:
    return torch.tensor(points, dtype=torch.float64)


def test_an_equilateral_triangle_agrees_with_its_closed_form() -> None:
    points = inside([[0.0, 0.0], [0.3, 0.1], [-0.4, -0.5], [0.9, 0.01]])
    x, y = points.unbind(1)
    exact = (1 + 2 * x) * ((1 - x) ** 2 - 3 * y**2) / 12
    assert (PolygonTorsion(TRIANGLE)(points)["u"] - exact).abs().max() < 1e-14


def test_a_square_agrees_with_its_sine_series() -> None:
    square = PolygonTorsion([(0, 0), (0, 1), (1, 1), (1, 0)])  # clockwise
    k = torch.arange(1, 200, 2, dtype=torch.float64)
    share = 1 - 1 / torch.cosh(k * math.pi / 2)
    exact = (4 / math.pi**3 * share / k**3 * torch.sin(k * math.pi / 2)).sum()
    found = square(inside([[0.5, 0.5]]))["u"]
    assert abs(found - exact) < 1e-7  # the tail of the series


def test_the_bound_falls_geometrically_and_holds() -> None:
    best = PolygonTorsion()
    points = inside([[-0.5, 0.5], [0.5, 0.5], [0.01, 0.02], [-0.9, -0.9]])
    bounds = []
    for degree in (10, 20, 30):
        coarse = PolygonTorsion(degree=degree)
        bounds.append(coarse.bound)
        assert (coarse(points)["u"] - best(points)["u"]).abs().max() <= coarse.bound + best.bound
    assert bounds[1] < 1e-2 * bounds[0]
    assert bounds[2] < 1e-2 * bounds[1]
    assert best.bound < 1e-13
    assert best.error["u"] < 1e-11


def test_the_l_shape_has_the_equation_and_its_singularity() -> None:
    torsion = PolygonTorsion(L_SHAPE)
    points = inside([[-0.5, 0.3], [0.01, 0.02], [-0.7, -0.8]]).requires_grad_()
    (slope,) = torch.autograd.grad(torsion(points)["u"].sum(), points, create_graph=True)
    laplacian = sum(
        torch.autograd.grad(slope[:, i].sum(), points, retain_graph=True)[0][:, i] for i in (0, 1)
    )
    assert (laplacian + 1).abs().max() < 1e-9
    near = torsion(inside([[-1e-6, 1e-6], [-8e-6, 8e-6], [0.0, 0.0]]))["u"]
    assert near[1] / near[0] == pytest.approx(4, rel=1e-3)  # r^(2/3)
    assert near[2].abs() < 1e-14


def test_points_are_told_inside_from_outside() -> None:
    points = inside([[-0.5, -0.5], [0.5, 0.5], [0.5, -0.5], [2.0, 0.0]])
    assert PolygonTorsion().contains(points).tolist() == [True, True, False, False]


def test_two_vertices_are_refused() -> None:
    with pytest.raises(ValueError, match=r"at least three vertices \(x, y\), got \(2, 2\)"):
        PolygonTorsion([(0, 0), (1, 1)])


def test_a_spiral_whose_bisector_returns_is_refused() -> None:
    u_shape = [(0, 0), (5, 0), (5, 4), (4, 4), (4, 1), (1, 1), (1, 4), (0, 4)]
    with pytest.raises(ValueError, match=r"outward bisector at the vertex .* meets the polygon"):
        PolygonTorsion(u_shape)
