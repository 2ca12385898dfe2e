"""Points of any domain: inside, at a time, on a plane, on its boundary, on a part of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sequences import draw_unit

#: A domain is refused if no more than this part of a trial of so many points lies inside.
_LEAST_SHARE, _TRIAL = 1e-3, 2**14
#: More points are drawn than are expected to be rejected, by this factor.
_SPARE = 1.2
#: How many batches are drawn at least before a part of the boundary counts as empty.
_MAX_BATCHES = 50


@dataclass(frozen=True, eq=False)  # a set of points is the same only as itself
class PointSet:
    """Points, on a boundary the outward normals, and what each point counts for.

    Args:
        points: Shape (N, d).
        normals: Shape (N, d), unit length; None inside the domain.
        weights: What the square of a residual at each point counts for beside the others, about 1
            in the mean; one for each residual, (N,). None where all count the same.
        quadrature: Weights of the Q nodes of an integral, (Q,) [unit of volume]. Points and normals
            are then those of the first node for each of the N / Q residuals, those of the second,
            and so on. None where residuals are no integrals.
    """

    points: Tensor
    normals: Tensor | None = None
    weights: Tensor | None = None
    quadrature: Tensor | None = None

    def to(self, device: torch.device, dtype: torch.dtype) -> "PointSet":
        """Copy the points to a device and a dtype."""

        def copied(part: Tensor | None) -> Tensor | None:
            return None if part is None else part.to(device, dtype)

        points = self.points.to(device, dtype)
        parts = (self.normals, self.weights, self.quadrature)
        return PointSet(points, *map(copied, parts))

    def rows(self, chosen: slice | Tensor) -> "PointSet":
        """Some of the points, with their normals and weights; they are no nodes of integrals."""
        parts = (self.normals, self.weights)
        return PointSet(self.points[chosen], *(p if p is None else p[chosen] for p in parts))


def sample_interior(domain: Domain, count: int, sequence: str, generator: Generator) -> PointSet:
    """Draw `count` points inside the domain, uniform in volume."""
    return PointSet(_accepted(domain, domain.interior, count, sequence, generator))


def sample_at_time(
    domain: Domain, time: float, count: int, sequence: str, generator: Generator
) -> PointSet:
    """Draw `count` points of the spatial domain at a time; one point where there is no space."""
    if domain.dimension == 1:
        return PointSet(torch.tensor([[time]], dtype=torch.float64))
    points = sample_interior(domain.space, count, sequence, generator).points
    times = torch.full((count, 1), time, dtype=torch.float64)
    return PointSet(torch.cat([points, times], dim=1))


def sample_boundary(domain: Domain, count: int, sequence: str, generator: Generator) -> PointSet:
    """Draw `count` points of the boundary of space, uniform in area, with outward normals."""
    unit = draw_unit(sequence, count, domain.boundary_unit_dimension, generator)
    return PointSet(*domain.boundary(unit))


def sample_parts(
    domain: Domain, names: Collection[str], count: int, sequence: str, generator: Generator
) -> PointSet:
    """Draw `count` points of parts of the boundary, uniform in area, with outward normals."""
    unit = draw_unit(sequence, count, domain.boundary_unit_dimension, generator)
    return PointSet(*domain.part_boundary(names, unit))


def sample_face(
    domain: Domain, face: Face, count: int, sequence: str, generator: Generator
) -> PointSet:
    """Draw `count` points of one flat face, with outward normals."""
    points = sample_plane(domain, {face.axis: face.value}, count, sequence, generator).points
    normals = torch.zeros_like(points)
    normals[:, face.axis] = face.sign
    return PointSet(points, normals)


def sample_plane(
    domain: Domain, fixed: Mapping[int, float], count: int, sequence: str, generator: Generator
) -> PointSet:
    """Draw `count` points at which some coordinates, by their column, have given values."""

    def on_plane(unit: Tensor) -> Tensor:
        points = domain.interior(unit)
        for axis, value in fixed.items():
            points[:, axis] = value
        return points

    return PointSet(_accepted(domain, on_plane, count, sequence, generator))


def sample_part(
    domain: Domain,
    where: Callable[[Tensor], Tensor],
    count: int,
    sequence: str,
    generator: Generator,
) -> PointSet:
    """Draw `count` points of the part of the boundary that a function selects.

    Args:
        domain: The domain.
        where: Takes points (N, d), returns booleans (N,).
        count: How many points.
        sequence: A key of `SEQUENCES`.
        generator: CPU generator.

    Returns:
        Points (count, d) and normals (count, d).

    Raises:
        ValueError: If the function selects next to nothing of the boundary.
    """
    chosen: list[PointSet] = []
    have = drawn = 0
    while len(chosen) < _MAX_BATCHES or have > _LEAST_SHARE * drawn:
        batch = sample_boundary(domain, max(count, 64), sequence, generator)
        keep = where(batch.points)
        assert batch.normals is not None
        chosen.append(PointSet(batch.points[keep], batch.normals[keep]))
        have, drawn = have + int(keep.sum()), drawn + len(keep)
        if have >= count:
            points = torch.cat([part.points for part in chosen])[:count]
            normals = torch.cat([part.normals for part in chosen if part.normals is not None])
            return PointSet(points, normals[:count])
    raise ValueError(
        f"'where' selects (almost) no point of the boundary of {domain!r}: {have} of {drawn}"
    )


def _accepted(
    domain: Domain,
    place: Callable[[Tensor], Tensor],
    count: int,
    sequence: str,
    generator: Generator,
) -> Tensor:
    """Draw a sequence until `count` of its points lie in the domain.

    Where some are rejected a longer sequence is drawn: what is left of one sequence fills a domain
    more evenly than several do.

    Args:
        domain: The domain.
        place: Maps unit numbers (N, unit_dimension) to points (N, d).
        count: How many points.
        sequence: A key of `SEQUENCES`.
        generator: CPU generator.

    Returns:
        The first points that lie inside, shape (count, d).

    Raises:
        ValueError: If next to none does.
    """
    drawn = count
    while True:
        points = place(draw_unit(sequence, drawn, domain.unit_dimension, generator))
        points = points[domain.contains(points)]
        if len(points) >= count:
            return points[:count]
        if drawn >= _TRIAL and len(points) <= _LEAST_SHARE * drawn:
            raise ValueError(
                f"(almost) no point of {domain!r} lies inside: {len(points)} of {drawn} that were "
                "drawn; narrow its bounds, or write interior(self, unit), which maps numbers in "
                "[0, 1] to points inside"
            )
        share = max(len(points), 1) / drawn
        drawn = max(2 * drawn, min(int(_SPARE * count / share), 8 * max(drawn, _TRIAL)))
