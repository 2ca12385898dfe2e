"""Factors near inner corners."""

import math

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.factors import boundary_factor, part_factor
from pinn_metakan.ansatz.hard.vertex_factors import inner_corners, with_inner_corners
from pinn_metakan.geometry.ellipse import Ellipse
from pinn_metakan.geometry.polygon import Polygon
from pinn_metakan.geometry.space_time import SpaceTime

L_SHAPE = Polygon(
    [(0, 0), (1, 0), (1, 1), (-1, 1), (-1, -1), (0, -1)], names={"notch": [0, 5], "edge": 1}
)
PLATE = Polygon(
    [(0, 0), (4, 0), (4, 3), (0, 3)],
    holes=[[(1, 1), (2, 1), (2, 2), (1, 2)], [(3, 1), (3.5, 2), (3, 2)]],
)


def second_derivatives(factor: object, points: Tensor) -> Tensor:
    place = points.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(factor(place).sum(), place, create_graph=True)  # type: ignore[operator]
    (first,) = torch.autograd.grad(slopes[:, 0].sum(), place, retain_graph=True)
    (second,) = torch.autograd.grad(slopes[:, 1].sum(), place)
    return torch.stack([first[:, 0], second[:, 1]], dim=1)


def test_the_inner_corner_of_an_l_is_found_with_its_angle() -> None:
    (corner,) = inner_corners(L_SHAPE, ["notch"])
    assert corner.place == (0.0, 0.0)
    assert corner.angle == pytest.approx(1.5 * math.pi)
    assert corner.middle % (2 * math.pi) == pytest.approx(0.75 * math.pi)
    assert corner.radius == pytest.approx(0.8)


def test_every_vertex_of_a_hole_is_an_inner_corner_and_no_outer_one_is() -> None:
    corners = inner_corners(PLATE, PLATE.parts)
    assert len(corners) == 7
    assert all(corner.angle > math.pi for corner in corners)


def test_a_corner_with_one_edge_of_the_parts_is_none() -> None:
    assert inner_corners(L_SHAPE, ["edge"]) == []
    assert inner_corners(Ellipse((2.0, 1.0)), ["rim"]) == []


@pytest.mark.parametrize("domain", [L_SHAPE, PLATE])
def test_a_factor_vanishes_on_the_boundary_alone_and_to_first_order(
    domain: Polygon, generator: Generator
) -> None:
    factor = part_factor(domain, domain.parts)
    assert factor is not None
    unit = torch.rand(500, 1, generator=generator, dtype=torch.float64)
    points, normals = domain.boundary(unit)
    assert factor(points).abs().max() < 1e-12
    near, nearer = factor(points - 2e-6 * normals), factor(points - 1e-6 * normals)
    assert bool((near > 0).all())
    assert (near / nearer).median().item() == pytest.approx(2.0, rel=1e-3)
    inside = domain.interior(torch.rand(500, 2, generator=generator, dtype=torch.float64))
    found = factor(inside[domain.contains(inside)])
    assert 0 < found.min()
    assert found.max() <= 1


def test_a_factor_is_harmonic_at_an_inner_corner_and_grows_like_the_solution() -> None:
    factor = boundary_factor(L_SHAPE)
    assert factor is not None
    ray = torch.tensor([[-0.6, 0.8]], dtype=torch.float64) * torch.tensor([[1e-2], [1e-3]]).double()
    values = factor(ray)
    assert float(values[0] / values[1]) == pytest.approx(10 ** (2 / 3), rel=1e-3)
    plain = second_derivatives(L_SHAPE.factor, ray).sum(dim=1).abs()
    assert plain.min() > 1
    assert second_derivatives(factor, ray).sum(dim=1).abs().max() < 1


def test_derivatives_near_a_vertex_are_those_of_differences() -> None:
    factor = part_factor(PLATE, ["hole1"])
    assert factor is not None
    at = torch.tensor([[1 - 0.0006, 1 - 0.0008], [2.0008, 1.5]], dtype=torch.float64)
    found = second_derivatives(factor, at)
    step = 1e-6
    for axis in (0, 1):
        moved = torch.zeros(1, 2, dtype=torch.float64)
        moved[0, axis] = step
        twice = (factor(at + moved) - 2 * factor(at) + factor(at - moved)) / step**2
        torch.testing.assert_close(found[:, axis], twice, rtol=1e-3, atol=2e-3)


def test_values_and_slopes_at_the_vertex_itself_are_finite() -> None:
    factor = part_factor(SpaceTime(L_SHAPE, 0.0, 1.0), ["notch"])
    assert factor is not None
    place = torch.tensor([[0.0, 0.0, 0.5]], dtype=torch.float64, requires_grad=True)
    value = factor(place)
    (slope,) = torch.autograd.grad(value.sum(), place)
    assert float(value.detach()) == 0
    assert bool(torch.isfinite(slope).all())


def test_a_factor_without_inner_corners_stays_as_it_is() -> None:
    square = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)])
    assert with_inner_corners(square.factor, square, square.parts) == square.factor
