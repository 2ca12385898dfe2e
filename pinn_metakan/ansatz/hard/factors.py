"""Factors B that vanish to first order where a value is given; each is at most about 1."""

from collections.abc import Callable, Collection

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.transfinite import Field
from pinn_metakan.ansatz.hard.vertex_factors import with_inner_corners
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.user_code import told_failures


def boundary_factor(domain: Domain) -> Field | None:
    """Find what vanishes on the whole boundary of space; None if the domain knows no such thing."""
    found = _known(domain, domain.factor)
    return None if found is None else with_inner_corners(found, domain, domain.parts)


def face_factor(domain: Domain, faces: Collection[Face]) -> Field | None:
    """Find what vanishes on flat faces; None if the domain knows no such thing."""
    return _known(domain, lambda points: domain.face_factor(points, faces))


def part_factor(domain: Domain, names: Collection[str]) -> Field | None:
    """Find what vanishes on parts of the boundary; None if the domain knows no such thing."""
    found = _known(domain, lambda points: domain.part_factor(points, names))
    return None if found is None else with_inner_corners(found, domain, names)


def time_factor(time: float, other: float, power: int) -> Field:
    """Vanish at a time like a power of the distance to it, 1 at the other end of time."""
    return lambda points: ((points[:, -1] - time) / (other - time)) ** power


def product(factors: list[Field]) -> Field:
    """Multiply factors."""

    def value(points: Tensor) -> Tensor:
        values = factors[0](points)
        for factor in factors[1:]:
            values = values * factor(points)
        return values

    return value


def _known(domain: Domain, function: Callable[[Tensor], Tensor | None]) -> Field | None:
    """The function as a field, None if it gives nothing inside the domain."""
    name = type(domain.space).__name__

    def factor(points: Tensor) -> Tensor:
        with told_failures(f"the factor of {name} failed"):
            values = function(points)
        # torch.export follows the shape, but not len().
        if values is None or values.shape != (points.shape[0],):
            shape = None if values is None else tuple(values.shape)
            raise ProblemError(f"the factor of {name} is {shape}, expected ({len(points)},)")
        return values

    inside = sample_interior(domain, 1, "sobol", Generator().manual_seed(0)).points
    with torch.no_grad(), told_failures(f"the factor of {name} failed"):
        is_known = function(inside) is not None
    return factor if is_known else None
