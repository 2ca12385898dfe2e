"""Faces of boxes as parts of boundaries."""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pinn_metakan.geometry.face import Face
from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.trimming import narrowed, trimmed


@dataclass(frozen=True)
class FlatFace(Patch):
    """A face of a box.

    Args:
        bounds: Of the box.
        face: The face; its sign is that of the outward normal.
        names: See `Patch`.
    """

    bounds: tuple[tuple[float, float], ...]
    face: Face
    names: tuple[str, ...]

    @property
    def others(self) -> list[int]:
        """Columns that vary on the face."""
        return [axis for axis in range(len(self.bounds)) if axis != self.face.axis]

    @property
    def size(self) -> float:
        """Product of the lengths of its sides, 1 for an end of an interval."""
        return math.prod(self.bounds[k][1] - self.bounds[k][0] for k in self.others)

    @property
    def unit_dimension(self) -> int:
        """How many unit random numbers one of its points takes."""
        return len(self.bounds) - 1

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Scale the numbers to the sides."""
        points = torch.full((len(unit), len(self.bounds)), self.face.value, dtype=torch.float64)
        if self.others:
            low, high = torch.tensor(self.bounds, dtype=torch.float64)[self.others].T
            points[:, self.others] = low + unit * (high - low)
        normals = torch.zeros_like(points)
        normals[:, self.face.axis] = self.face.sign
        return points, normals

    def away(self, points: Tensor) -> Tensor:
        """Trim the plane by the sides."""
        scale = max(high - low for low, high in self.bounds)
        f = self.face.sign * (self.face.value - points[:, self.face.axis]) / scale
        t = torch.ones_like(f)
        for k in self.others:
            low, high = self.bounds[k]
            t = narrowed(t, (points[:, k] - low) * (high - points[:, k]) / (high - low) ** 2, f)
        return scale * trimmed(f, t)

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Compare each coordinate."""
        is_near = (points[:, self.face.axis] - self.face.value).abs() <= tolerance
        for k in self.others:
            low, high = self.bounds[k]
            is_near &= (points[:, k] >= low - tolerance) & (points[:, k] <= high + tolerance)
        return is_near

    def called(self, *names: str) -> "FlatFace":
        """Make the same face with other names."""
        return replace(self, names=names)

    def flipped(self) -> "FlatFace":
        """Exchange the sides."""
        face = self.face
        return replace(self, face=Face(face.axis, face.value, -face.sign))
