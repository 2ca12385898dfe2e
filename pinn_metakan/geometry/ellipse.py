"""Ellipses."""

import math
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import ROUNDING, Domain
from pinn_metakan.geometry.elliptic_arc import EllipticArc
from pinn_metakan.geometry.patch import Patch


class Ellipse(Domain):
    r"""The ellipse (p / a)^2 + (q / b)^2 <= 1, where p and q are coordinates along its axes.

    Its boundary is one part, "rim".

    Args:
        half_axes: (a, b) [unit of the coordinates].
        center: Its center.
        angle: From the direction of x to that of the axis a, counterclockwise [rad].

    Raises:
        ValueError: If half axes, center or angle are not possible.

    >>> ellipse = Ellipse((2.0, 1.0), center=(1.0, 0.0))
    >>> ellipse.bounds, ellipse.parts
    (((-1.0, 3.0), (-1.0, 1.0)), ('rim',))
    """

    boundary_unit_dimension = 1

    def __init__(
        self,
        half_axes: Sequence[float],
        center: Sequence[float] = (0.0, 0.0),
        angle: float = 0.0,
    ):
        if len(half_axes) != 2 or not all(0 < a < math.inf for a in half_axes):
            raise ValueError(f"an Ellipse needs two positive half axes, got {half_axes!r}")
        if len(center) != 2 or not all(math.isfinite(c) for c in center):
            raise ValueError(f"the center of an Ellipse is two numbers, got {center!r}")
        if not math.isfinite(angle):
            raise ValueError(f"the angle of an Ellipse must be finite, got {angle!r}")
        a, b = (float(x) for x in half_axes)
        x, y = (float(c) for c in center)
        cosine, sine = math.cos(angle), math.sin(angle)
        width, height = math.hypot(a * cosine, b * sine), math.hypot(a * sine, b * cosine)
        self.bounds = ((x - width, x + width), (y - height, y + height))
        self._rim = EllipticArc((x, y), (a, b), float(angle), 0.0, 2 * math.pi, ("rim",))
        self.volume = math.pi * a * b

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Its rim."""
        return (self._rim,)

    def __repr__(self) -> str:
        turned = f", angle={self._rim.angle}" if self._rim.angle else ""
        return f"Ellipse({self._rim.half_axes}, center={self._rim.center}{turned})"

    def interior(self, unit: Tensor) -> Tensor:
        """Draw a radius v^(1/2) and an angle in the unit disk, which is stretched."""
        radius, angle = unit[:, :1].sqrt(), 2 * math.pi * unit[:, 1:2]
        disk = radius * torch.cat([angle.cos(), angle.sin()], dim=1)
        return self._rim.stretched(disk)

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Walk along the rim, uniform in length."""
        return self._rim.at(unit)

    def contains(self, points: Tensor) -> Tensor:
        """Compare the radius in the coordinates of the unit disk."""
        p, q = self._rim.scaled(points)
        return p.square() + q.square() <= 1 + 2 * ROUNDING

    def factor(self, points: Tensor) -> Tensor:
        """Evaluate 1 - (p / a)^2 - (q / b)^2."""
        p, q = self._rim.scaled(points)
        return 1 - p.square() - q.square()

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor:
        """The boundary is one patch."""
        return self.factor(points)
