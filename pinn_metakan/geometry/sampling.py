"""Points of a domain from quasi-random sequences and an explicit generator.

Each draw takes a new scrambling seed from the generator, so that drawing again gives other points,
and the state of the generator alone decides which.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.errors import look_up
from pinn_metakan.geometry.domains import Domain, Face, SpaceTime

#: How many batches are drawn before a part of the boundary counts as empty.
_MAX_BATCHES = 50


@dataclass(frozen=True, eq=False)  # a set of points is the same only as itself
class PointSet:
    """Points, on a boundary the outward normals, and what each point counts for.

    Args:
        points: Shape (N, d).
        normals: Shape (N, d), unit length; None inside the domain.
        weights: What the square of a residual at each point counts for beside the others, about 1
            in the mean; one for each residual, (N,). None where all count the same.
    """

    points: Tensor
    normals: Tensor | None = None
    weights: Tensor | None = None

    def to(self, device: torch.device, dtype: torch.dtype) -> "PointSet":
        """Copy the points to a device and a dtype."""
        parts = (self.points, self.normals, self.weights)
        return PointSet(*(None if part is None else part.to(device, dtype) for part in parts))  # type: ignore[arg-type]


def sobol(count: int, dimension: int, seed: int) -> Tensor:
    """Scrambled Sobol sequence (Sobol 1967, scrambling of Owen 1998), shape (count, dimension)."""
    engine = torch.quasirandom.SobolEngine(dimension, scramble=True, seed=seed)
    return engine.draw(count, dtype=torch.float64)


def latin_hypercube(count: int, dimension: int, seed: int) -> Tensor:
    """Latin hypercube (McKay, Beckman, Conover 1979), shape (count, dimension)."""
    from scipy.stats import qmc  # takes long to import

    return torch.from_numpy(qmc.LatinHypercube(dimension, rng=seed).random(count))


def halton(count: int, dimension: int, seed: int) -> Tensor:
    """Scrambled Halton sequence (Halton 1960; Owen 2017), shape (count, dimension)."""
    from scipy.stats import qmc  # takes long to import

    return torch.from_numpy(qmc.Halton(dimension, scramble=True, rng=seed).random(count))


def uniform(count: int, dimension: int, seed: int) -> Tensor:
    """Independent uniform numbers, shape (count, dimension)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, dimension, generator=generator, dtype=torch.float64)


SEQUENCES: dict[str, Callable[[int, int, int], Tensor]] = {
    "sobol": sobol,
    "latin_hypercube": latin_hypercube,
    "halton": halton,
    "uniform": uniform,
}


def draw_unit(sequence: str, count: int, dimension: int, generator: Generator) -> Tensor:
    """Draw points of the unit cube.

    Args:
        sequence: A key of `SEQUENCES`.
        count: How many points N.
        dimension: How many numbers a point has.
        generator: CPU generator that the scrambling seed is taken from.

    Returns:
        Numbers in [0, 1], float64, shape (N, dimension).

    Raises:
        LookupError: If there is no such sequence.
    """
    draw = look_up(SEQUENCES, sequence, "sequence")
    seed = int(torch.randint(2**31 - 1, (1,), generator=generator))
    if dimension == 0:
        return torch.zeros(count, 0, dtype=torch.float64)
    return draw(count, dimension, seed)


def sample_interior(domain: Domain, count: int, sequence: str, generator: Generator) -> PointSet:
    """Draw `count` points inside the domain, uniform in volume."""
    unit = draw_unit(sequence, count, domain.unit_dimension, generator)
    return PointSet(domain.interior(unit))


def sample_initial(domain: SpaceTime, count: int, sequence: str, generator: Generator) -> PointSet:
    """Draw `count` points of the spatial domain at the first time."""
    unit = draw_unit(sequence, count, domain.space.unit_dimension, generator)
    start = torch.full((count, 1), domain.start, dtype=torch.float64)
    return PointSet(torch.cat([domain.space.interior(unit), start], dim=1))


def sample_boundary(domain: Domain, count: int, sequence: str, generator: Generator) -> PointSet:
    """Draw `count` points of the boundary of space, uniform in area, with outward normals."""
    unit = draw_unit(sequence, count, domain.boundary_unit_dimension, generator)
    return PointSet(*domain.boundary(unit))


def sample_face(
    domain: Domain, face: Face, count: int, sequence: str, generator: Generator
) -> PointSet:
    """Draw `count` points of one flat face, with outward normals."""
    points = sample_interior(domain, count, sequence, generator).points
    points[:, face.axis] = face.value
    normals = torch.zeros_like(points)
    normals[:, face.axis] = face.sign
    return PointSet(points, normals)


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
    have = 0
    for _ in range(_MAX_BATCHES):
        batch = sample_boundary(domain, max(count, 64), sequence, generator)
        keep = where(batch.points)
        assert batch.normals is not None
        chosen.append(PointSet(batch.points[keep], batch.normals[keep]))
        have += int(keep.sum())
        if have >= count:
            points = torch.cat([part.points for part in chosen])[:count]
            normals = torch.cat([part.normals for part in chosen if part.normals is not None])
            return PointSet(points, normals[:count])
    raise ValueError(f"'where' selects (almost) no point of the boundary of {domain!r}")
