"""Spherical shells; rings in the plane."""

import math
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import ROUNDING, Domain
from pinn_metakan.geometry.elliptic_arc import EllipticArc
from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.sphere import Sphere, directions


class SphericalShell(Domain):
    r"""The shell r <= |x - c| <= R in R^d, a ring where d = 2; with the parts "inner" and "outer".

    Args:
        inner: r [unit of the coordinates].
        outer: R.
        center: c, the origin unless given.
        dimension: d, 2 or more.

    Raises:
        ValueError: If the radii are not 0 < r < R or the center does not have d numbers.

    >>> ring = SphericalShell(0.5, 1.0, dimension=2)
    >>> ring.parts, ring.contains(torch.tensor([[0.4, 0.0], [0.6, 0.0]])).tolist()
    (('outer', 'inner'), [False, True])
    """

    def __init__(
        self,
        inner: float,
        outer: float,
        center: Sequence[float] | None = None,
        dimension: int = 3,
    ):
        if dimension < 2:
            raise ValueError(f"a SphericalShell needs a dimension of at least 2, got {dimension}")
        if not 0 < inner < outer < math.inf:
            raise ValueError(
                f"a SphericalShell needs radii 0 < inner < outer, got {inner} and {outer}"
            )
        self.center = tuple(float(c) for c in center) if center is not None else (0.0,) * dimension
        if len(self.center) != dimension or not all(map(math.isfinite, self.center)):
            raise ValueError(
                f"the center of a SphericalShell in {dimension} dimensions has {dimension} numbers"
            )
        self.inner, self.outer = float(inner), float(outer)
        self.bounds = tuple((c - self.outer, c + self.outer) for c in self.center)
        self.unit_dimension = dimension + 1
        self.boundary_unit_dimension = self.patches[0].unit_dimension

    @cached_property
    def volume(self) -> float:
        """pi^(d/2) (R^d - r^d) / Gamma(d/2 + 1)."""
        d = self.dimension
        unit_ball = math.pi ** (d / 2) / math.gamma(d / 2 + 1)
        return float(unit_ball * (self.outer**d - self.inner**d))

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Both spheres."""
        ends = ((self.outer, "outer", False), (self.inner, "inner", True))
        if self.dimension == 2:
            center, full = (self.center[0], self.center[1]), 2 * math.pi
            return tuple(
                EllipticArc(center, (radius, radius), 0.0, 0.0, full, (name,), is_hole)
                for radius, name, is_hole in ends
            )
        return tuple(
            Sphere(self.center, radius, (name,), is_hole) for radius, name, is_hole in ends
        )

    def __repr__(self) -> str:
        return (
            f"SphericalShell({self.inner}, {self.outer}, center={self.center}, "
            f"dimension={self.dimension})"
        )

    def interior(self, unit: Tensor) -> Tensor:
        """Draw a direction and a radius, which is uniform in volume."""
        d = self.dimension
        low, high = self.inner**d, self.outer**d
        radii = (low + (high - low) * unit[:, -1:]) ** (1 / d)
        return torch.tensor(self.center, dtype=unit.dtype) + radii * directions(unit[:, :-1])

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw on both spheres."""
        return self.part_boundary(self.parts, unit)

    def contains(self, points: Tensor) -> Tensor:
        """Compare the distance from the center with both radii."""
        distance = self._squares(points).sqrt()
        margin = ROUNDING * self.outer
        return (distance <= self.outer + margin) & (distance >= self.inner - margin)

    def factor(self, points: Tensor) -> Tensor:
        """Multiply 1 - s / R^2 by 1 - r^2 / s, where s = |x - c|^2, over (1 - r / R)^2."""
        return self.patches_factor(points, self.patches)

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor:
        """Take those of the functions that vanish on the spheres that are meant."""
        squares = self._squares(points)
        values = torch.ones_like(squares)
        if self.patches[0] in patches:
            values = values * (1 - squares / self.outer**2)
        if self.patches[1] in patches:
            values = values * (1 - self.inner**2 / squares)
        largest = 1 - (self.inner / self.outer) ** (2 if len(patches) == 1 else 1)
        return values / largest ** len(patches)

    def _squares(self, points: Tensor) -> Tensor:
        center = torch.tensor(self.center, dtype=points.dtype, device=points.device)
        return (points - center).square().sum(dim=1)
