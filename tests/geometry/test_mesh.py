"""Triangles that fill plane domains of any shape."""

import math

import numpy as np
import pytest
import torch
from own_domains import Annulus, Ellipse, changed
from torch import Tensor

from pinn_metakan import Ball, Domain, SpaceTime
from pinn_metakan.geometry.grid import over_mesh
from pinn_metakan.geometry.mesh import Mesh, triangulate
from pinn_metakan.geometry.outline import outline


class Corner(Domain):
    """The square [-1, 1]^2 without its quarter x > 0, y < 0."""

    bounds = ((-1.0, 1.0), (-1.0, 1.0))
    volume = 3.0
    vertices = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (0.0, -1.0))

    def contains(self, points: Tensor) -> Tensor:
        """Compare both coordinates."""
        x, y = points.unbind(1)
        return (points.abs().amax(dim=1) <= 1 + 1e-9) & ((x <= 1e-9) | (y >= -1e-9))

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Walk around by the length."""
        start = torch.tensor(self.vertices, dtype=unit.dtype)
        step = start.roll(-1, 0) - start
        lengths = step.norm(dim=1)
        place = unit[:, 0] * lengths.sum()
        edge = torch.bucketize(place, lengths.cumsum(0)).clamp(max=len(lengths) - 1)
        along = place - (lengths.cumsum(0) - lengths)[edge]
        ahead = step[edge] / lengths[edge, None]
        return start[edge] + along[:, None] * ahead, torch.stack([ahead[:, 1], -ahead[:, 0]], 1)


AREAS = [
    (Ball(2, radius=2.0), 4 * math.pi),
    (Ellipse(2.0, 1.0), 2 * math.pi),
    (Annulus(), math.pi * (1 - 0.4**2)),
    (Corner(), 3.0),
]


@pytest.mark.parametrize(("domain", "area"), AREAS)
def test_triangles_fill_the_domain_and_have_no_small_angles(domain: Domain, area: float) -> None:
    mesh = triangulate(domain, 600)
    assert mesh is not None
    assert 500 < len(mesh.points) < 800
    assert mesh.areas.sum() == pytest.approx(area, rel=2e-3)
    assert mesh.angles.min() > 20
    np.testing.assert_allclose(mesh.angles.sum(axis=1), 180)
    assert bool(domain.contains(torch.from_numpy(mesh.points)).all())
    assert set(mesh.cells.ravel()) == set(range(len(mesh.points)))


@pytest.mark.parametrize(("domain", "area"), AREAS)
def test_edges_of_one_triangle_lie_on_the_boundary(domain: Domain, area: float) -> None:
    mesh = triangulate(domain, 300)
    assert mesh is not None
    edges = np.sort(np.concatenate([mesh.cells[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1)
    found, counts = np.unique(edges, axis=0, return_counts=True)
    rim = mesh.points[np.unique(found[counts == 1])]
    if isinstance(domain, Corner):
        x, y = rim.T
        distance = np.minimum(np.abs(np.abs(rim).max(axis=1) - 1), 1.0)
        inner = np.where(x >= 0, np.abs(y), 1.0), np.where(y <= 0, np.abs(x), 1.0)
        assert np.minimum(distance, np.minimum(*inner)).max() < 1e-12
    else:
        factor = domain.factor(torch.from_numpy(rim))
        assert factor is not None
        assert float(factor.abs().max()) < 1e-12


def test_corners_are_vertices_to_the_last_digits() -> None:
    mesh = triangulate(Corner(), 200)
    assert mesh is not None
    for vertex in Corner.vertices:
        assert np.linalg.norm(mesh.points - vertex, axis=1).min() < 1e-12


def test_triangles_are_smaller_where_the_boundary_bends_and_in_a_gap() -> None:
    thin = outline(Ellipse(2.0, 0.1), 0.1)
    tip, side = np.abs(thin.points[:, 0]) > 1.95, np.abs(thin.points[:, 0]) < 0.5
    assert thin.sizes[tip].max() < 0.05
    assert thin.sizes[side].max() < 0.09  # it is 0.2 thick there
    assert thin.size_at(np.array([[1.99, 0.0]])) < 0.05


def test_a_domain_that_does_not_say_where_its_boundary_is_has_no_mesh() -> None:
    assert triangulate(changed(boundary=Domain.boundary), 100) is None


def test_a_boundary_that_is_not_that_of_the_domain_has_no_mesh() -> None:
    assert triangulate(changed(boundary=Ellipse(0.5, 0.4).boundary), 100) is None


def test_a_mesh_is_laid_out_over_the_times_of_a_grid() -> None:
    mesh = Mesh(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([[0, 1, 2]]))
    grid = over_mesh(mesh, {"t": np.array([0.0, 0.5])})
    assert grid.points.tolist()[:3] == [[0, 0, 0], [0, 0, 0.5], [1, 0, 0]]
    np.testing.assert_array_equal(grid.laid_out(grid.points[:, 2]), [[0, 0.5]] * 3)
    assert bool(SpaceTime(Ball(2), 0.0, 0.5).contains(grid.points).all())


def test_points_just_inside_are_off_the_boundary_and_others_stay() -> None:
    mesh = triangulate(Corner(), 200)
    assert mesh is not None
    inside = mesh.just_inside()
    moved = (inside.points != mesh.points).any(axis=1)
    np.testing.assert_array_equal(moved, mesh.rim)
    assert 0 < moved.sum() < len(moved)
    strictly = np.abs(inside.points).max(axis=1) < 1
    x, y = inside.points.T
    assert bool((strictly & ((x < 0) | (y > 0))).all())
    assert np.linalg.norm(inside.points - mesh.points, axis=1).max() < 2e-2
