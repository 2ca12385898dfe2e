"""Polygons with holes."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import ROUNDING, Domain
from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.ring import Ring, check_rings
from pinn_metakan.geometry.segment import Segment, distance_from_segments

#: Vertices that are shown in full.
_SHOWN = 12

Vertices = Sequence[Sequence[float]]


class Polygon(Domain):
    """A polygon, of which other polygons may be left out as holes.

    Its boundary has the parts "outer", "hole1", "hole2" and so on. `where="outer[0]"` is the edge
    from the first vertex to the second, `where="hole1[0]"` that of a hole; edges that are given
    names are parts of their own.

    Args:
        vertices: (x, y) of each vertex in either direction, the first not repeated at the end.
        holes: Vertices of each hole, or a dict of them by the names of their parts.
        names: Edges of the outer boundary by the names of parts: the number of an edge, from 0, or
            several.

    Raises:
        TypeError: If `names` are no numbers of edges by names.
        ValueError: If it is no polygon: fewer than three vertices, edges that meet others, a hole
            that is not inside; or if a name is given twice or to an edge that is not there.

    >>> plate = Polygon([(0, 0), (2, 0), (2, 1), (0, 1)], names={"inlet": 3, "walls": [0, 2]})
    >>> plate.parts, plate.volume, plate.part_size("walls")
    (('walls', 'outer', 'inlet'), 2.0, 4.0)
    """

    boundary_unit_dimension = 1

    def __init__(
        self,
        vertices: Vertices,
        holes: Sequence[Vertices] | Mapping[str, Vertices] = (),
        names: Mapping[str, int | Sequence[int]] | None = None,
    ):
        if not isinstance(holes, Mapping):
            holes = {f"hole{number + 1}": hole for number, hole in enumerate(holes)}
        if names is not None and not isinstance(names, Mapping):
            raise TypeError(f"names must be a dict of edges by names, got {names!r}")
        self._names = {name: _numbers(name, edges) for name, edges in (names or {}).items()}
        self.rings = [
            Ring(vertices, "outer", self._names),
            *(Ring(hole, name, {}, is_hole=True) for name, hole in holes.items()),
        ]
        check_rings(self.rings)
        x, y = zip(*self.rings[0].vertices, strict=True)
        self.bounds = ((min(x), max(x)), (min(y), max(y)))

    @cached_property
    def volume(self) -> float:
        """Its area, by the shoelace formula."""
        return self.rings[0].area - sum(ring.area for ring in self.rings[1:])

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Its edges."""
        return tuple(self._edges)

    @cached_property
    def _edges(self) -> list[Segment]:
        return [edge for ring in self.rings for edge in ring.edges]

    def __repr__(self) -> str:
        outer, *holes = self.rings
        shown = [_listed(outer.vertices)]
        if holes:
            parts = (f"{ring.name!r}: {_listed(ring.vertices)}" for ring in holes)
            shown.append(f"holes={{{', '.join(parts)}}}")
        if self._names:
            shown.append(f"names={self._names}")
        return f"Polygon({', '.join(shown)})"

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Walk along the edges."""
        return self.part_boundary(self.parts, unit)

    def contains(self, points: Tensor) -> Tensor:
        """Count the edges above a point; points on an edge are inside."""
        is_inside = torch.zeros(len(points), dtype=torch.bool, device=points.device)
        margin = ROUNDING * max(high - low for low, high in self.bounds)
        for chunk in self._edges_in_chunks(len(points)):
            is_inside ^= _count_above(chunk, points) % 2 == 1
        for chunk in self._edges_in_chunks(len(points)):
            is_inside |= (distance_from_segments(chunk, points) <= margin).any(dim=1)
        return is_inside

    def _edges_in_chunks(self, count: int) -> list[list[Segment]]:
        """The edges, few enough at once for so many points that tensors stay small."""
        size = max(1, 2_000_000 // max(count, 1))
        return [self._edges[k : k + size] for k in range(0, len(self._edges), size)]

    def factor(self, points: Tensor) -> Tensor:
        """Multiply what vanishes on each closed chain of edges."""
        return self.patches_factor(points, self.patches)

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor:
        """Multiply what vanishes on the edges of each closed chain; see `Ring.factor`."""
        chosen = set(patches)
        values: Tensor | None = None
        for ring in self.rings:
            edges = [edge for edge in ring.edges if edge in chosen]
            if edges:
                value = ring.factor(points, edges)
                values = value if values is None else values * value
        assert values is not None  # there are patches
        return values


def _numbers(name: object, edges: object) -> list[int]:
    """The numbers of the edges of a name."""
    given = list(edges) if isinstance(edges, Sequence) else [edges]
    numbers = [each for each in given if isinstance(each, int) and not isinstance(each, bool)]
    if not isinstance(name, str) or len(numbers) < len(given):
        raise TypeError(
            f"names: {name!r} must be the number of an edge, from 0, or several, got {edges!r}"
        )
    return numbers


def _count_above(edges: Sequence[Segment], points: Tensor) -> Tensor:
    """How many edges a ray along y meets, (N,)."""
    rows = [(*each.start, *each.end) for each in edges]
    a, b, c, d = points.new_tensor(rows).T
    x, y = points[:, :1], points[:, 1:2]
    is_across = (a <= x) != (c <= x)
    run = torch.where(a == c, torch.ones_like(a), c - a)
    return (is_across & (b + (x - a) / run * (d - b) > y)).sum(dim=1)


def _listed(vertices: Sequence[tuple[float, float]]) -> str:
    shown = [f"({x:g}, {y:g})" for x, y in vertices]
    if len(shown) > _SHOWN:
        shown = [*shown[:3], f"... {len(shown)} vertices in all"]
    return f"[{', '.join(shown)}]"
