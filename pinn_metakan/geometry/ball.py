"""Balls in any number of dimensions."""

import math
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import ROUNDING, Domain

#: Keeps the inverse normal distribution finite when a sequence returns 0 or 1 exactly.
_UNIT_MARGIN = 1e-12


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

    def __repr__(self) -> str:
        return f"Ball({self.dimension}, radius={self.radius}, center={self.center})"

    def interior(self, unit: Tensor) -> Tensor:
        """Draw a direction and a radius R v^(1/d), which is uniform in volume."""
        radii = self.radius * unit[:, -1:] ** (1.0 / self.dimension)
        return self._center_like(unit) + radii * _directions(unit[:, :-1])

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a direction; it is the normal."""
        normals = _directions(unit)
        return self._center_like(unit) + self.radius * normals, normals

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


def _directions(unit: Tensor) -> Tensor:
    """Unit vectors (N, d), uniform on the sphere: unit numbers through the normal distribution."""
    centered = (2 * unit - 1).clamp(-1 + _UNIT_MARGIN, 1 - _UNIT_MARGIN)
    normal = torch.erfinv(centered)
    length = normal.norm(dim=1, keepdim=True)
    # Where all numbers are 1/2, any direction will do.
    fallback = torch.eye(unit.shape[1], dtype=unit.dtype)[0]
    return torch.where(length > 0, normal / length.clamp(min=_UNIT_MARGIN**2), fallback)
