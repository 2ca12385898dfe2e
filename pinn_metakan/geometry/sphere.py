"""Spheres as parts of boundaries, and directions that are uniform on them."""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.trimming import positive

#: Keeps the inverse normal distribution finite when a sequence returns 0 or 1 exactly.
_UNIT_MARGIN = 1e-12


@dataclass(frozen=True)
class Sphere(Patch):
    """The sphere |x - c| = R in R^d.

    Args:
        center: c.
        radius: R.
        names: See `Patch`.
        is_hole: Whether outward is toward the center.
    """

    center: tuple[float, ...]
    radius: float
    names: tuple[str, ...]
    is_hole: bool = False

    @property
    def size(self) -> float:
        """2 pi^(d/2) R^(d-1) / Gamma(d/2)."""
        d = len(self.center)
        return float(2 * math.pi ** (d / 2) * self.radius ** (d - 1) / math.gamma(d / 2))

    @property
    def unit_dimension(self) -> int:
        """How many unit random numbers one of its points takes."""
        return 2 if len(self.center) == 3 else len(self.center)

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a height in space, where it is uniform, and an angle; elsewhere a direction."""
        if len(self.center) == 3:
            height, angle = 2 * unit[:, 0] - 1, 2 * math.pi * unit[:, 1]
            width = (1 - height.square()).clamp(min=0.0).sqrt()
            out = torch.stack([width * angle.cos(), width * angle.sin(), height], dim=1)
        else:
            out = directions(unit)
        center = torch.tensor(self.center, dtype=torch.float64)
        return center + self.radius * out, -out if self.is_hole else out

    def away(self, points: Tensor) -> Tensor:
        """Evaluate (R^2 - |x - c|^2) / (2 R), without its sign."""
        center = torch.tensor(self.center, dtype=points.dtype, device=points.device)
        level = (1 - (points - center).square().sum(dim=1) / self.radius**2) / 2
        return self.radius * positive(-level if self.is_hole else level)

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Compare the radius."""
        center = torch.tensor(self.center, dtype=points.dtype, device=points.device)
        return ((points - center).norm(dim=1) - self.radius).abs() <= tolerance

    def called(self, *names: str) -> "Sphere":
        """Make the same sphere with other names."""
        return replace(self, names=names)

    def flipped(self) -> "Sphere":
        """Exchange the sides."""
        return replace(self, is_hole=not self.is_hole)


def directions(unit: Tensor) -> Tensor:
    """Unit vectors (N, d), uniform on the sphere: unit numbers through the normal distribution."""
    centered = (2 * unit - 1).clamp(-1 + _UNIT_MARGIN, 1 - _UNIT_MARGIN)
    normal = torch.erfinv(centered)
    length = normal.norm(dim=1, keepdim=True)
    # Where all numbers are 1/2, any direction will do.
    fallback = torch.eye(unit.shape[1], dtype=unit.dtype)[0]
    return torch.where(length > 0, normal / length.clamp(min=_UNIT_MARGIN**2), fallback)
