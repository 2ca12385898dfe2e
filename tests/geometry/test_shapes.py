"""Every shape: what it contains, how its points are drawn, its parts and its factors."""

import math
import pickle
from collections.abc import Sequence

import pytest
import torch
from domain_shapes import SHAPES, Shape
from torch import Generator, Tensor

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.polygon import Polygon
from pinn_metakan.geometry.probing import surrounded
from pinn_metakan.geometry.sampling import sample_boundary, sample_interior, sample_parts
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.domain_check import check_domain

EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
#: Steps of differences, and how far from vertices and boundaries they are taken.
STEP, CLEAR = 1e-5, 1e-3


def selections(domain: Domain) -> list[tuple[str, ...]]:
    """Each part, the first two, and all of them."""
    return list(
        dict.fromkeys([*((part,) for part in domain.parts), domain.parts[:2], domain.parts])
    )


def is_clear(points: Tensor, vertices: Sequence[tuple[float, ...]]) -> Tensor:
    """Whether points are away from vertices."""
    if not vertices:
        return torch.ones(len(points), dtype=torch.bool)
    return torch.cdist(points, torch.tensor(vertices).double()).min(dim=1).values > CLEAR


def drawn(domain: Domain, count: int = 400) -> Tensor:
    return sample_interior(domain, count, "sobol", Generator().manual_seed(3)).points


@EVERY_SHAPE
def test_volume_and_sizes_of_parts_are_those_in_closed_form(shape: Shape) -> None:
    assert shape.domain.volume == pytest.approx(shape.volume, rel=1e-8)
    assert shape.domain.parts == tuple(shape.sizes)
    for part, size in shape.sizes.items():
        assert shape.domain.part_size(part) == pytest.approx(size, rel=1e-8)


@EVERY_SHAPE
def test_points_normals_and_the_factor_fit_each_other(shape: Shape) -> None:
    check_domain(shape.domain)
    check_domain(SpaceTime(shape.domain, 0.0, 2.0))


@EVERY_SHAPE
def test_a_closed_domain_has_its_boundary(shape: Shape) -> None:
    at = sample_boundary(shape.domain, 500, "sobol", Generator().manual_seed(0))
    assert at.normals is not None
    assert shape.domain.contains(at.points).all()
    assert shape.domain.contains(at.points - 1e-6 * at.normals).double().mean() > 0.99
    assert not shape.domain.contains(at.points + 1e-6 * at.normals).any()


@EVERY_SHAPE
def test_points_of_the_boundary_are_uniform_in_its_parts(shape: Shape) -> None:
    at = sample_boundary(shape.domain, 4096, "sobol", Generator().manual_seed(0))
    total = sum(shape.sizes.values())
    for part, size in shape.sizes.items():
        share = float(shape.domain.on_part(at.points, part).double().mean())
        assert share == pytest.approx(size / total, abs=2e-3)


@EVERY_SHAPE
def test_the_divergence_theorem_holds_with_points_and_normals(shape: Shape) -> None:
    """d V = integral of x . n: wrong densities or normals would change it."""
    at = sample_boundary(shape.domain, 8192, "sobol", Generator().manual_seed(1))
    assert at.normals is not None
    flux = sum(shape.sizes.values()) * float((at.points * at.normals).sum(dim=1).mean())
    assert flux == pytest.approx(shape.domain.dimension * shape.volume, rel=5e-3)
    mean = sum(shape.sizes.values()) * at.normals.mean(dim=0)
    assert mean.abs().max() < 5e-3 * sum(shape.sizes.values())


@EVERY_SHAPE
def test_points_inside_are_uniform(shape: Shape) -> None:
    """The share in each quarter of the bounds is that of a fine grid."""
    points = drawn(shape.domain, 4096)
    low, high = torch.tensor(shape.domain.bounds, dtype=torch.float64).T
    axes = [torch.linspace(0.5 / 120, 1 - 0.5 / 120, 120, dtype=torch.float64)] * len(low)
    grid = torch.cartesian_prod(*axes) * (high - low) + low
    grid = grid[shape.domain.contains(grid)]
    middle = (low + high) / 2
    for cloud_axis in range(len(low)):
        for side in (False, True):
            share, expected = (
                float(((p[:, cloud_axis] > middle[cloud_axis]) == side).double().mean())
                for p in (points, grid)
            )
            assert share == pytest.approx(expected, abs=0.02)


@EVERY_SHAPE
def test_parts_are_drawn_on_themselves_and_nowhere_else(shape: Shape) -> None:
    domain = shape.domain
    for part in domain.parts:
        at = sample_parts(domain, [part], 200, "sobol", Generator().manual_seed(0))
        assert domain.on_part(at.points, part).all()
        for other in set(domain.parts) - {part}:
            assert domain.on_part(at.points, other).double().mean() < 0.02
        assert not domain.on_part(drawn(domain), part).any()


@EVERY_SHAPE
def test_a_factor_vanishes_on_its_parts_alone_and_to_first_order(shape: Shape) -> None:
    domain = shape.domain
    inside = drawn(domain)
    for names in selections(domain):
        at = sample_parts(domain, names, 300, "sobol", Generator().manual_seed(0))
        assert at.normals is not None
        points = at.points.clone().requires_grad_()
        values = domain.part_factor(points, names)
        assert values is not None
        assert values.abs().max() < 1e-9
        (slopes,) = torch.autograd.grad(values.sum(), points)
        assert torch.isfinite(slopes).all()
        outward = (slopes * at.normals).sum(dim=1)
        assert (outward[is_clear(at.points, shape.vertices)] < 0).all()
        positive = domain.part_factor(inside, names)
        assert positive is not None
        assert positive.min() > 0
        assert positive.max() < 4
        rest = [part for part in domain.parts if part not in names]
        if rest:
            others = sample_parts(domain, rest, 300, "sobol", Generator().manual_seed(0)).points
            elsewhere = domain.part_factor(others, names)
            assert elsewhere is not None
            assert (elsewhere > 0).double().mean() > 0.99
            assert elsewhere.min() >= -1e-12


@EVERY_SHAPE
def test_derivatives_of_a_factor_are_those_of_differences(shape: Shape) -> None:
    """First and second derivatives, 1e-3 and more from any vertex."""
    domain = shape.domain
    near = [
        torch.tensor(vertex) + 1.5 * CLEAR * direction
        for vertex in shape.vertices
        for direction in torch.eye(len(vertex)).repeat(2, 1)
        * torch.tensor([[1.0], [1], [-1], [-1]])
    ]
    points = torch.cat([drawn(domain, 60), *([torch.stack(near).double()] if near else [])])
    points = points[is_clear(points, shape.vertices)]
    points = points[surrounded(domain.contains, points, 2 * STEP)]
    for names in selections(domain):
        for axis in range(domain.dimension):
            step = STEP * torch.eye(domain.dimension, dtype=torch.float64)[axis]
            values = [domain.part_factor(points + k * step, names) for k in (-1, 0, 1)]
            first, second = derivatives(domain, points, names, axis)
            assert all(value is not None for value in values)
            before, at, after = (value for value in values if value is not None)
            size = float(second.abs().max()) * CLEAR + float(first.abs().max())
            assert (first - (after - before) / (2 * STEP)).abs().max() <= 1e-3 * size + 1e-8
            expected = (after - 2 * at + before) / STEP**2
            assert (second - expected).abs().max() <= 2e-3 * size / CLEAR + 1e-4


def derivatives(
    domain: Domain, points: Tensor, names: tuple[str, ...], axis: int
) -> tuple[Tensor, Tensor]:
    points = points.clone().requires_grad_()
    values = domain.part_factor(points, names)
    assert values is not None
    (first,) = torch.autograd.grad(values.sum(), points, create_graph=True)
    if not first.requires_grad:  # the factor is linear
        return first[:, axis], torch.zeros_like(first[:, axis])
    (second,) = torch.autograd.grad(first[:, axis].sum(), points)
    return first[:, axis].detach(), second[:, axis]


@EVERY_SHAPE
def test_four_derivatives_are_finite_on_the_boundary_and_at_vertices(shape: Shape) -> None:
    at = sample_boundary(shape.domain, 100, "sobol", Generator().manual_seed(0)).points
    if shape.vertices:
        at = torch.cat([at, torch.tensor(shape.vertices, dtype=torch.float64)])
    for names in selections(shape.domain):
        points = at.clone().requires_grad_()
        value = shape.domain.part_factor(points, names)
        for _ in range(4):
            assert value is not None
            (slopes,) = torch.autograd.grad(value.sum(), points, create_graph=True)
            assert torch.isfinite(slopes).all()
            value = slopes.sum(dim=1)
            if not value.requires_grad:
                break


@EVERY_SHAPE
def test_a_domain_can_be_pickled_and_shown(shape: Shape) -> None:
    again = pickle.loads(pickle.dumps(shape.domain))
    points = drawn(shape.domain, 50)
    assert torch.equal(again.factor(points), shape.domain.factor(points))
    assert repr(again) == repr(shape.domain)
    assert "0x" not in repr(shape.domain)


@EVERY_SHAPE
def test_an_unknown_part_is_refused_with_those_that_exist(shape: Shape) -> None:
    domain = shape.domain
    for ask in (
        lambda: domain.part_size("rind"),
        lambda: domain.part_boundary(["rind"], torch.rand(3, domain.boundary_unit_dimension)),
        lambda: domain.part_factor(drawn(domain, 5), ["rind"]),
        lambda: domain.on_part(drawn(domain, 5), "rind"),
    ):
        with pytest.raises(ValueError, match=f"no part 'rind'; the boundary has {domain.parts[0]}"):
            ask()


def test_a_part_in_time_is_that_of_space() -> None:
    shape = SHAPES["square with a hole"]
    domain = SpaceTime(shape.domain, 1.0, 3.0)
    at = sample_parts(domain, ["hole"], 100, "sobol", Generator().manual_seed(0))
    assert at.normals is not None
    assert domain.parts == shape.domain.parts
    assert domain.part_size("hole") == shape.domain.part_size("hole")
    assert domain.on_part(at.points, "hole").all()
    assert (at.normals[:, 2] == 0).all()
    assert float(at.points[:, 2].mean()) == pytest.approx(2.0, abs=0.05)
    assert math.isclose(float(at.normals.norm(dim=1).min()), 1.0)
    values = domain.part_factor(at.points, ["hole"])
    assert values is not None
    assert values.abs().max() < 1e-9


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["inlet"], "names must be a dict of edges by names"),
        ({"inlet": "x"}, "'inlet' must be the number of an edge, from 0, or several, got 'x'"),
        ({"inlet": None}, "'inlet' must be the number of an edge"),
        ({"inlet": 1.5}, "'inlet' must be the number of an edge"),
        ({1: 0}, "names: 1 must be"),
    ],
)
def test_names_that_are_none_are_told(names: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Polygon([(0, 0), (1, 0), (0, 1)], names=names)  # type: ignore[arg-type]
