"""Balls in any number of dimensions."""

import math
from collections.abc import Collection, Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import ROUNDING, Domain
from pinn_metakan.geometry.elliptic_arc import EllipticArc
from pinn_metakan.geometry.patch import Patch, chosen_patches
from pinn_metakan.geometry.sphere import Sphere, directions


class Ball(Domain):
    r"""The ball |x - c| <= R in R^d.

    Args:
        dimension: d.
        radius: R [unit of the coordinates].
        center: c, the origin unless given.

    Raises:
        ValueError: If the radius is not positive or the center does not have d numbers.

    >>> ball = Ball(3, radius=2.0, center=[1.0, 0.0, 0.0])
    >>> ball.bounds
    ((-1.0, 3.0), (-2.0, 2.0), (-2.0, 2.0))
    >>> ball.contains(torch.tensor([[2.9, 0.0, 0.0], [0.0, 1.9, 0.0]])).tolist()
    [True, False]
    """

    def __init__(self, dimension: int, radius: float = 1.0, center: Sequence[float] | None = None):
        if dimension < 1:
            raise ValueError(f"a Ball needs a dimension of at least 1, got {dimension}")
        if not (radius > 0 and math.isfinite(radius)):
            raise ValueError(f"a Ball needs a positive radius, got {radius}")
        self.center = tuple(float(c) for c in center) if center is not None else (0.0,) * dimension
        if len(self.center) != dimension:
            raise ValueError(
                f"the center of a Ball in {dimension} dimensions has {dimension} numbers"
            )
        self.radius = float(radius)
        self.bounds = tuple((c - self.radius, c + self.radius) for c in self.center)
        self.unit_dimension = dimension + 1

    @cached_property
    def volume(self) -> float:
        """pi^(d/2) R^d / Gamma(d/2 + 1)."""
        half = self.dimension / 2
        return float(math.pi**half * self.radius**self.dimension / math.gamma(half + 1))

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Its whole boundary, called "rim" in the plane and "surface" elsewhere."""
        if self.dimension == 2:
            center, radii = (self.center[0], self.center[1]), (self.radius, self.radius)
            return (EllipticArc(center, radii, 0.0, 0.0, 2 * math.pi, ("rim",)),)
        return (Sphere(self.center, self.radius, ("surface",)),)

    def __repr__(self) -> str:
        return f"Ball({self.dimension}, radius={self.radius}, center={self.center})"

    def interior(self, unit: Tensor) -> Tensor:
        """Draw a direction and a radius R v^(1/d), which is uniform in volume."""
        radii = self.radius * unit[:, -1:] ** (1.0 / self.dimension)
        return self._center_like(unit) + radii * directions(unit[:, :-1])

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a direction; it is the normal."""
        normals = directions(unit)
        return self._center_like(unit) + self.radius * normals, normals

    def part_boundary(self, names: Collection[str], unit: Tensor) -> tuple[Tensor, Tensor]:
        """The boundary is one part."""
        chosen_patches(self.patches, names)
        return self.boundary(unit)

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
        """The boundary is one patch."""
        return self.factor(points)

    def contains(self, points: Tensor) -> Tensor:
        """Compare the distance from the center with the radius."""
        distance = (points - self._center_like(points)).norm(dim=1)
        return distance <= self.radius * (1 + ROUNDING)

    def factor(self, points: Tensor) -> Tensor:
        """Evaluate 1 - |x - c|^2 / R^2."""
        center = self._center_like(points)
        return 1.0 - (points - center).square().sum(dim=1) / self.radius**2

    def _center_like(self, points: Tensor) -> Tensor:
        return torch.tensor(self.center, dtype=points.dtype, device=points.device)


def Disk(radius: float = 1.0, center: Sequence[float] = (0.0, 0.0)) -> Ball:
    """Make the disk |x - c| <= R, whose boundary is called "rim".

    Args:
        radius: R [unit of the coordinates].
        center: c.

    Returns:
        A Ball of two dimensions.

    >>> Disk(0.5, (1.0, 0.0)).parts
    ('rim',)
    """
    return Ball(2, radius, center)
