"""Points on the boundary of a plane domain, as evenly spread as a mesh needs them.

A domain only maps numbers to its boundary, so that the boundary is first known as a cloud of many
points with normals. Corners are where the tangents of two neighbors with unlike normals cross; of
the cloud so many points are kept, farthest first, that none is farther away than the size of a
triangle there, and moved to the middle of their neighbors.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist
from torch import Generator

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sequences import draw_unit

Array = NDArray[np.float64]

# All: docs/decisions/0036-shapes.md.
#: Points of the cloud, and neighbors of each that are looked at.
_CLOUD, _NEIGHBORS = 2**14, 8
#: Neighbors whose normals have a smaller cosine than this meet at a corner, which is nearer to
#: both than so many spacings of the cloud.
_CORNER, _REACH = 0.94, 12.0
#: An edge of the outline turns by at most this angle [rad].
_TURN = 0.25
#: Distances from the boundary, in sizes of a triangle, at which gaps are looked for, and triangles
#: across a gap.
_GAPS, _ACROSS = (0.25, 0.5, 1.0, 2.0, 3.0), 2.5
#: The smallest triangle beside the largest one, and how sizes grow with the distance.
_SMALLEST, _GROWTH = 1 / 16, 0.3
#: Of the points in a square of this side [sizes of a triangle] the one with the smallest triangles
#: tells the sizes around it, if they are smaller than this part of the largest.
_PLACE, _FINE = 0.25, 0.95
#: Points are farther apart than this part of the size, and how often they are evened out.
_APART, _ROUNDS = 0.72, 30


@dataclass(frozen=True)
class Outline:
    """Points on a boundary, and how large triangles are that have them as corners.

    Args:
        points: Shape (B, 2), on the boundary; its corners first.
        sizes: Length of the edges there, (B,) [unit of the coordinates].
        largest: Length of the edges far from the boundary.
    """

    points: Array
    sizes: Array
    largest: float

    def size_at(self, places: Array) -> Array:
        """Length of edges at places (M, 2): (M,)."""
        fine = self.sizes < _FINE * self.largest
        return _graded(places, self.points[fine], self.sizes[fine], self.largest)


def outline(domain: Domain, size: float) -> Outline:
    """Spread points over the boundary of a plane domain.

    Args:
        domain: A domain of two coordinates, without time.
        size: Length of the edges of triangles [unit of the coordinates]; they are shorter where
            the boundary bends or two parts of it are near to each other.

    Returns:
        The points.

    Raises:
        NotImplementedError: If the domain does not say where its boundary is.
    """
    generator = Generator().manual_seed(0)
    unit = draw_unit("sobol", _CLOUD, domain.boundary_unit_dimension, generator)
    drawn, outward = domain.boundary(unit)
    cloud, normals = _distinct(drawn.numpy(), outward.numpy(), size)
    found = cKDTree(cloud).query(cloud, _NEIGHBORS + 1)
    distances, neighbors = np.asarray(found[0]), np.asarray(found[1], dtype=np.int64)
    spacing = float(np.median(distances[:, 1]))
    cosines = np.einsum("nd,nkd->nk", normals, normals[neighbors])
    corners = _corners(domain, cloud, normals, neighbors, cosines, _REACH * spacing)
    turns = np.linalg.norm(normals[neighbors] - normals[:, None], axis=2)
    smooth = (cosines > _CORNER) & (distances > 0)
    bends = np.where(smooth, turns / np.maximum(distances, 1e-300), 0.0).max(axis=1)
    sizes = np.minimum(size, _TURN / np.maximum(bends, _TURN / size))
    sizes = np.minimum(sizes, _ACROSS**-1 * _gaps(domain, cloud, normals, size))
    sizes = np.maximum(sizes, _SMALLEST * size)
    smallest_first = np.argsort(sizes, kind="stable")
    places = np.floor(cloud[smallest_first] / (_PLACE * size))
    fine = smallest_first[np.unique(places, axis=0, return_index=True)[1]]
    fine = fine[sizes[fine] < _FINE * size]
    sizes = _graded(cloud, cloud[fine], sizes[fine], size)
    chosen = _spread(cloud, sizes, corners)
    near = cKDTree(cloud).query(corners)[1] if len(corners) else np.zeros(0, dtype=np.int64)
    points = np.concatenate([corners, cloud[chosen]])
    return Outline(points, np.concatenate([sizes[near], sizes[chosen]]), size)


def _distinct(points: Array, normals: Array, size: float) -> tuple[Array, Array]:
    """Leave out points that coincide, which have no tangent of their own."""
    _, first = np.unique(np.round(points / (1e-9 * size)), axis=0, return_index=True)
    first.sort()
    return points[first], normals[first]


def _corners(
    domain: Domain,
    cloud: Array,
    normals: Array,
    neighbors: NDArray[np.int64],
    cosines: Array,
    reach: float,
) -> Array:
    """Where tangents of neighbors with unlike normals cross, each corner once, (K, 2)."""
    rows, columns = np.nonzero(cosines < _CORNER)
    others = neighbors[rows, columns]
    sines = normals[rows, 0] * normals[others, 1] - normals[rows, 1] * normals[others, 0]
    is_crossing = np.abs(sines) > np.sqrt(1 - _CORNER**2) / 2  # not the two sides of a gap
    rows, others, sines = rows[is_crossing], others[is_crossing], sines[is_crossing]
    a = np.einsum("nd,nd->n", normals[rows], cloud[rows])
    b = np.einsum("nd,nd->n", normals[others], cloud[others])
    crossings = np.stack(
        [
            (a * normals[others, 1] - b * normals[rows, 1]) / sines,
            (b * normals[rows, 0] - a * normals[others, 0]) / sines,
        ],
        axis=1,
    )
    away = np.maximum(
        np.linalg.norm(crossings - cloud[rows], axis=1),
        np.linalg.norm(crossings - cloud[others], axis=1),
    )
    found: list[Array] = []
    for k in np.argsort(away, kind="stable"):
        if away[k] > reach:
            break
        if all(np.linalg.norm(crossings[k] - corner) > reach for corner in found):
            is_inside = bool(domain.contains(torch.from_numpy(crossings[k : k + 1]))[0])
            found.append(crossings[k] if is_inside else cloud[rows[k]])
    return np.array(found).reshape(-1, 2)


def _gaps(domain: Domain, cloud: Array, normals: Array, size: float) -> Array:
    """How far it is from each point straight through the domain, or through what is outside."""
    widths = np.full(len(cloud), np.inf)
    for gap in reversed(_GAPS):
        for side in (-1, 1):
            reached = cloud + side * gap * size * normals
            inside = domain.contains(torch.from_numpy(reached)).numpy()
            widths = np.where(inside == (side > 0), gap * size, widths)
    return widths


def _graded(places: Array, points: Array, sizes: Array, largest: float) -> Array:
    """The sizes of points, grown with the distance from them, at places (M, 2)."""
    found = np.full(len(places), largest)
    if len(points):
        for part in range(0, len(places), 1024):
            some = places[part : part + 1024]
            distances = cdist(some, points)
            grown = (sizes + _GROWTH * distances).min(axis=1)
            found[part : part + 1024] = np.minimum(grown, largest)
    return found


def _spread(cloud: Array, sizes: Array, corners: Array) -> NDArray[np.int64]:
    """Choose points of the cloud, evenly between the corners."""
    away = cdist(cloud, corners).min(axis=1, initial=np.inf)
    chosen: list[int] = []
    while True:
        farthest = int((away / sizes).argmax())
        if away[farthest] < _APART * sizes[farthest]:
            break
        chosen.append(farthest)
        away = np.minimum(away, cdist(cloud, cloud[farthest : farthest + 1])[:, 0])
    kept, tree, count = np.array(chosen, dtype=np.int64), cKDTree(cloud), len(corners)
    weights = sizes**-2.0
    for _ in range(_ROUNDS if len(kept) else 0):
        owners = cKDTree(np.concatenate([corners, cloud[kept]])).query(cloud)[1]
        total = np.bincount(owners, weights, count + len(kept))
        means = [
            np.bincount(owners, weights * cloud[:, axis], count + len(kept)) for axis in (0, 1)
        ]
        middle = np.stack(means, axis=1)[count:] / np.maximum(total[count:, None], 1e-300)
        kept = np.unique(tree.query(middle)[1])
    return kept
