"""Triangles that fill a plane domain of any shape, for evaluation and drawing.

Made of `contains` and `boundary` alone, so that domains of users have one too: points on the
boundary, points inside on hexagonal lattices, Delaunay's triangles of all of them without those
outside, and each point inside moved to the middle of its neighbors.

Source: Persson, Strang, SIAM Review 46 (2004) 329-345 (meshes from a test of what is inside).
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import Delaunay, QhullError, cKDTree

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.outline import Outline, outline

Array = NDArray[np.float64]
Cells = NDArray[np.int64]

# All: docs/decisions/0036-shapes.md.
#: Points inside are farther than this part of the size from the boundary.
_FROM_BOUNDARY = 0.7
#: How often points inside are moved to the middle of their neighbors.
_ROUNDS = 4
#: Triangles of less area than this, beside an equilateral one, are lines on the boundary.
_FLAT = 1e-3
#: Where edges are tested, from their middle to the center of the triangle: not on an edge itself,
#: which may be a chord of a bent boundary.
_INWARD = 0.3
#: Points on the rim are moved by this part of the way to the centers of their triangles.
_MOVED = 1e-2
#: Areas of a mesh and of its domain differ by no more than this part of it.
_AGREEMENT = 0.02
#: A mesh that does not fit is made again with so many times as many triangles.
_FINER = 4


@dataclass(frozen=True)
class Mesh:
    """Triangles.

    Args:
        points: Their corners, shape (V, 2).
        cells: Numbers of the three corners of each, counterclockwise, shape (C, 3).
    """

    points: Array
    cells: Cells

    @property
    def areas(self) -> Array:
        """Area of each triangle, (C,) [square of the unit of the coordinates]."""
        return _areas(self.points, self.cells)

    @property
    def angles(self) -> Array:
        """The three angles of each triangle, (C, 3) [degrees]."""
        corners = self.points[self.cells]  # (C, 3, 2)
        ahead, behind = np.roll(corners, -1, 1) - corners, np.roll(corners, 1, 1) - corners
        lengths = np.linalg.norm(ahead, axis=2) * np.linalg.norm(behind, axis=2)
        cosines = np.einsum("ckd,ckd->ck", ahead, behind) / lengths
        return np.degrees(np.arccos(cosines.clip(-1, 1)))

    @property
    def rim(self) -> NDArray[np.bool_]:
        """Which points are corners of an edge that only one triangle has, (V,)."""
        edges = np.concatenate([self.cells[:, [k, (k + 1) % 3]] for k in range(3)])
        found, counts = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
        is_rim = np.zeros(len(self.points), dtype=bool)
        is_rim[found[counts == 1]] = True
        return is_rim

    def just_inside(self) -> "Mesh":
        """The same triangles, of which points on the rim are moved inward a little."""
        centers = np.repeat(self.points[self.cells].mean(axis=1), 3, axis=0)  # (3 C, 2)
        total, corners = np.zeros_like(self.points), self.cells.ravel()
        np.add.at(total, corners, centers)
        means = total / np.bincount(corners, minlength=len(self.points))[:, None]
        inward = self.points + _MOVED * (means - self.points)
        return Mesh(np.where(self.rim[:, None], inward, self.points), self.cells)


def triangulate(domain: Domain, count: int) -> Mesh | None:
    """Fill a plane domain with triangles.

    Args:
        domain: A domain of two coordinates, without time and parameters.
        count: About how many corners they have; more where the boundary bends.

    Returns:
        The mesh; None if the domain does not say where its boundary is, or no triangles between
        points of it fill the domain.
    """
    size = math.sqrt(2 / math.sqrt(3) * domain.volume / count)
    try:
        for finer in (1.0, math.sqrt(_FINER)):
            mesh = _triangulated(domain, outline(domain, size / finer))
            if mesh is not None and _fits(mesh, domain):
                return mesh
    except (NotImplementedError, QhullError):  # no boundary, or one that is a line
        return None
    return None


def _fits(mesh: Mesh, domain: Domain) -> bool:
    return abs(float(mesh.areas.sum()) - domain.volume) <= _AGREEMENT * domain.volume


def _triangulated(domain: Domain, rim: Outline) -> Mesh | None:
    inside = _lattices(domain, rim)
    fixed = len(rim.points)
    points = np.concatenate([rim.points, inside])
    for _ in range(_ROUNDS):
        cells = _cells_inside(domain, points)
        if len(cells) == 0:
            return None
        points = _smoothed(domain, points, cells, fixed)
    cells = _cells_inside(domain, points)
    used = np.unique(cells)
    numbers = np.full(len(points), -1)
    numbers[used] = np.arange(len(used))
    return Mesh(points[used], numbers[cells]) if len(cells) else None


def _lattices(domain: Domain, rim: Outline) -> Array:
    """Points inside, on a hexagonal lattice as wide as the triangles are large there."""
    low, high = np.array(domain.bounds).T
    found, level = [], 0
    finest = float(rim.sizes.min())
    while level == 0 or rim.largest / 2 ** (level - 1) > finest:
        width = rim.largest / 2**level
        rows = np.arange(low[1], high[1] + width, width * math.sqrt(3) / 2)
        columns = np.arange(low[0], high[0] + width, width)
        across, up = np.meshgrid(columns, rows)
        across[1::2] += width / 2
        places = np.stack([across.ravel(), up.ravel()], axis=1)
        sizes = rim.size_at(places)
        least = 0.0 if width / 2 <= finest / 2 else width / math.sqrt(2)
        most = math.inf if level == 0 else width * math.sqrt(2)
        places = places[(sizes >= least) & (sizes < most)]
        places = places[domain.contains(torch.from_numpy(places)).numpy()]
        away = cKDTree(rim.points).query(places)[0]
        found.append(places[away > _FROM_BOUNDARY * np.minimum(rim.size_at(places), width)])
        level += 1
    return np.concatenate(found)


def _cells_inside(domain: Domain, points: Array) -> Cells:
    """Delaunay's triangles that lie in the domain."""
    cells = Delaunay(points).simplices.astype(np.int64)
    corners = points[cells]
    edges = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(axis=1)
    cells = cells[_areas(points, cells) > _FLAT * math.sqrt(3) / 4 * edges**2]
    corners = points[cells]
    centers = corners.mean(axis=1, keepdims=True)
    middles = (corners + np.roll(corners, 1, 1)) / 2
    tested = np.concatenate([centers, middles + _INWARD * (centers - middles)], axis=1)
    inside = domain.contains(torch.from_numpy(tested.reshape(-1, 2))).numpy()
    return cells[inside.reshape(len(cells), -1).all(axis=1)]


def _smoothed(domain: Domain, points: Array, cells: Cells, fixed: int) -> Array:
    """Points of which those inside are in the middle of their neighbors."""
    ends = np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [2, 0]]])
    total = np.zeros_like(points)
    np.add.at(total, ends[:, 0], points[ends[:, 1]])
    np.add.at(total, ends[:, 1], points[ends[:, 0]])
    degree = np.bincount(ends.ravel(), minlength=len(points))
    means = total / np.maximum(degree, 1)[:, None]
    stays = (np.arange(len(points)) < fixed) | (degree == 0)
    stays |= ~domain.contains(torch.from_numpy(means)).numpy()
    return np.where(stays[:, None], points, means)


def _areas(points: Array, cells: Cells) -> Array:
    a, b, c = points[cells].transpose(1, 0, 2)
    (first, second), (third, fourth) = (b - a).T, (c - a).T
    return np.abs(first * fourth - second * third) / 2
