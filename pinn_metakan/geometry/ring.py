"""Closed chains of edges, such as the outer boundary of a polygon or that of a hole."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.geometry.segment import Segment, away_from_segments, inward_from_segments
from pinn_metakan.geometry.trimming import joined

#: Most edges whose linear functions are multiplied (docs/decisions/0035-domains.md).
_MULTIPLIED = 8
#: How far vertices may be from a line that counts as straight, relative to the depth.
_FLAT = 1e-9
#: How near edges may come without touching, relative to the size of the polygon.
_TOUCHING = 1e-12


class Ring:
    """A closed chain of edges that meets itself nowhere.

    Args:
        vertices: (x, y) of each, in either direction.
        name: What its edges are called that have no other name.
        names: Numbers of edges by their names.
        is_hole: Whether the domain is outside of it.

    Raises:
        ValueError: If vertices or names are not possible.
    """

    def __init__(
        self,
        vertices: Sequence[Sequence[float]],
        name: str,
        names: Mapping[str, Sequence[int]],
        is_hole: bool = False,
    ):
        self.name = name
        self.is_hole = is_hole
        self.vertices = _checked_vertices(vertices, name)
        self._names = _names_of_edges(len(self.vertices), name, names)

    @cached_property
    def _signed_area(self) -> float:
        x, y = np.array(self.vertices).T
        x, y = x - x.mean(), y - y.mean()
        return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2

    @property
    def area(self) -> float:
        """Area inside of it."""
        return abs(self._signed_area)

    @cached_property
    def edges(self) -> list[Segment]:
        """Its edges, the domain to their left."""
        ends = [*self.vertices[1:], self.vertices[0]]
        found = [
            Segment(start, end, names)
            for start, end, names in zip(self.vertices, ends, self._names, strict=True)
        ]
        is_right = (self._signed_area > 0) != self.is_hole
        return found if is_right else [edge.flipped() for edge in found]

    @cached_property
    def depth(self) -> float:
        """Twice its area over its length."""
        return 2 * self.area / sum(edge.size for edge in self.edges)

    @cached_property
    def is_convex(self) -> bool:
        """Whether the domain is what lies on the inner sides of all its edges."""
        points = torch.tensor(self.vertices, dtype=torch.float64)
        inward = inward_from_segments(self.edges, points)
        return not self.is_hole and float(inward.min()) >= -_FLAT * self.depth

    def factor(self, points: Tensor, edges: Sequence[Segment]) -> Tensor:
        """Evaluate a function that vanishes on some of its edges.

        Args:
            points: Shape (N, 2).
            edges: One or more of its edges.

        Returns:
            Numbers (N,), at most about 1: for few sides of a convex chain the product of linear
            functions, which is 1 at the middle; for other edges the distance d from them, joined,
            as d / (depth + d).
        """
        lines, rest = self._sides(edges)
        values = points.new_ones(points.shape[0])
        if lines:
            middle = torch.tensor([self._middle], dtype=torch.float64)
            inward = inward_from_segments(lines, points) / inward_from_segments(lines, middle).to(
                points
            )
            # The second derivative of torch.prod divides by what may be next to zero.
            for line in inward.unbind(1):
                values = values * line
        if rest:
            distance = joined(away_from_segments(rest, points))
            values = values * distance / (self.depth + distance)
        return values

    def _sides(self, edges: Sequence[Segment]) -> tuple[list[Segment], list[Segment]]:
        """One edge for each line that meets the domain in these edges alone; the other edges."""
        if not self.is_convex:
            return [], list(edges)
        chosen = [edge in edges for edge in self.edges]
        sides = [
            (line, [k for k, is_on in enumerate(row) if is_on])
            for line, row in zip(self.edges, self._on_lines.tolist(), strict=True)
        ]
        whole = [line for line, row in sides if all(chosen[k] for k in row)]
        found = [line for line, row in sides if line in whole and self.edges[row[0]] is line]
        if len(found) > _MULTIPLIED:
            return [], list(edges)
        return found, [edge for edge in edges if edge not in whole]

    @cached_property
    def _on_lines(self) -> Tensor:
        """Whether edge k is on the line of edge n, (n, k)."""
        starts = torch.tensor([edge.start for edge in self.edges], dtype=torch.float64)
        ends = torch.tensor([edge.end for edge in self.edges], dtype=torch.float64)
        far = [inward_from_segments(self.edges, points).abs() for points in (starts, ends)]
        return (torch.maximum(*far) <= _FLAT * self.depth).T

    @cached_property
    def _middle(self) -> list[float]:
        """Its center of mass."""
        x, y = np.array(self.vertices).T
        x0, y0 = x.mean(), y.mean()
        x, y = x - x0, y - y0
        cross = x * np.roll(y, -1) - np.roll(x, -1) * y
        total = 3 * cross.sum()
        return [
            float(x0 + ((x + np.roll(x, -1)) * cross).sum() / total),
            float(y0 + ((y + np.roll(y, -1)) * cross).sum() / total),
        ]

    def corners(self) -> NDArray[np.float64]:
        """Its vertices (n, 2)."""
        return np.array(self.vertices)


def check_rings(rings: Sequence[Ring]) -> None:
    """Refuse chains that are no polygon with holes.

    Args:
        rings: The outer one first.

    Raises:
        ValueError: If edges meet, a hole is not inside, or a name is given twice.
    """
    outer, *holes = rings
    names = [ring.name for ring in rings] + [n for n in _all_names(outer) if n != outer.name]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"a Polygon has two parts {twice!r}; rename one")
    owners = [(ring.name, k) for ring in rings for k in range(len(ring.vertices))]
    starts = np.concatenate([ring.corners() for ring in rings])
    ends = np.concatenate([np.roll(ring.corners(), -1, axis=0) for ring in rings])
    sizes = [len(ring.vertices) for ring in rings]
    met = _first_meeting(starts, ends, sizes)
    if met is not None:
        (a, i), (b, j) = owners[met[0]], owners[met[1]]
        raise ValueError(
            f"edges of a Polygon must not meet but at common vertices: {a}[{i}] meets {b}[{j}]"
        )
    for number, hole in enumerate(holes):
        if not _is_inside(hole.corners()[:1], outer):
            raise ValueError(f"the hole {hole.name!r} of a Polygon is not inside its outer edges")
        for other in holes[:number] + holes[number + 1 :]:
            if _is_inside(hole.corners()[:1], other):
                raise ValueError(f"the hole {hole.name!r} of a Polygon is in {other.name!r}")


def _all_names(ring: Ring) -> list[str]:
    return list(dict.fromkeys(edge.names[0] for edge in ring.edges))


def _checked_vertices(vertices: Sequence[Sequence[float]], name: str) -> list[tuple[float, float]]:
    try:
        found = [(float(x), float(y)) for x, y in vertices]
    except (TypeError, ValueError):
        raise ValueError(f"vertices of {name} must be (x, y), two numbers each") from None
    if len(found) > 3 and found[0] == found[-1]:  # files repeat the first one
        found.pop()
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in found):
        raise ValueError(f"vertices of {name} must be finite")
    if len(found) < 3:
        raise ValueError(f"{name} needs at least three vertices, got {len(found)}")
    for k, vertex in enumerate(found):
        if vertex == found[k - 1]:
            raise ValueError(f"{name} has the vertex {vertex} twice in a row")
    return found


def _names_of_edges(
    count: int, name: str, names: Mapping[str, Sequence[int]]
) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [(name, f"{name}[{k}]") for k in range(count)]
    given: dict[int, str] = {}
    for other, edges in names.items():
        for k in edges:
            if not 0 <= k < count:
                raise ValueError(f"names: {other!r} is edge {k}; edges are 0 to {count - 1}")
            if k in given:
                raise ValueError(f"names: edge {k} is both {given[k]!r} and {other!r}")
            given[k] = other
            found[k] = (other, f"{name}[{k}]")
    return found


def _first_meeting(
    starts: NDArray[np.float64], ends: NDArray[np.float64], sizes: Sequence[int]
) -> tuple[int, int] | None:
    """Two edges that meet and are no neighbors, or neighbors that lie on each other."""
    tolerance = _TOUCHING * float(np.ptp(starts, axis=0).max()) ** 2
    first = np.concatenate([[0], np.cumsum(sizes)])
    ring = np.repeat(np.arange(len(sizes)), sizes)
    after = np.arange(len(starts)) + 1
    after[first[1:] - 1] = first[:-1]
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    for k in range(len(starts) - 1):
        others = np.arange(k + 1, len(starts))
        near = ((low[others] <= high[k]) & (high[others] >= low[k])).all(axis=1)
        others = others[near]
        is_next = (after[k] == others) | (after[others] == k)
        a, b, c, d = starts[k], ends[k], starts[others], ends[others]
        sides = [_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)]
        signs = [np.where(np.abs(side) <= tolerance, 0, np.sign(side)) for side in sides]
        meets = (signs[0] * signs[1] <= 0) & (signs[2] * signs[3] <= 0)
        backward = ((b - a) * (d - c)).sum(axis=-1) < 0
        is_flat = (signs[0] == 0) & (signs[1] == 0)
        wrong = np.where(is_next & (ring[others] == ring[k]), is_flat & backward, meets)
        if wrong.any():
            return k, int(others[wrong.argmax()])
    return None


def _turn(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Twice the area of triangles, positive where they are walked around to the left."""
    found: NDArray[np.float64] = (b - a)[..., 0] * (c - a)[..., 1] - (b - a)[..., 1] * (c - a)[
        ..., 0
    ]
    return found


def _is_inside(point: NDArray[np.float64], ring: Ring) -> bool:
    start = ring.corners()
    end = np.roll(start, -1, axis=0)
    x, y = point[0]
    across = (start[:, 0] <= x) != (end[:, 0] <= x)
    run = np.where(across, end[:, 0] - start[:, 0], 1.0)
    above = start[:, 1] + (x - start[:, 0]) / run * (end[:, 1] - start[:, 1]) > y
    return bool(np.count_nonzero(across & above) % 2)
