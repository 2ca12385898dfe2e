"""Arcs of circles and ellipses in the plane."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.trimming import positive, trimmed

#: Angles between which arc lengths are interpolated (docs/decisions/0035-domains.md).
_ANGLES = 4096
_FULL = 2 * math.pi


@dataclass(frozen=True)
class EllipticArc(Patch):
    r"""The points c + Q (a cos(s), b sin(s)) for s from one number to another, counterclockwise.

    Args:
        center: c.
        half_axes: (a, b).
        angle: By which Q rotates [rad].
        start: First s [rad].
        end: Last s, at most 2 pi more; then it is closed.
        names: See `Patch`.
        is_hole: Whether outward is toward the center.
    """

    center: tuple[float, float]
    half_axes: tuple[float, float]
    angle: float
    start: float
    end: float
    names: tuple[str, ...]
    is_hole: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether it is all of the ellipse."""
        return self.end - self.start >= _FULL * (1 - 1e-12)

    @cached_property
    def _lengths(self) -> tuple[Tensor, Tensor]:
        """Numbers s and the length of the arc up to them, by Simpson's rule."""
        s = torch.linspace(self.start, self.end, _ANGLES + 1, dtype=torch.float64)
        a, b = self.half_axes
        middle = (s[1:] + s[:-1]) / 2
        ends, between = (torch.hypot(a * x.sin(), b * x.cos()) for x in (s, middle))
        steps = (ends[:-1] + 4 * between + ends[1:]) / 6 * s.diff()
        return s, torch.cat([torch.zeros(1, dtype=torch.float64), steps.cumsum(0)])

    @cached_property
    def size(self) -> float:
        """Its length."""
        a, b = self.half_axes
        return (self.end - self.start) * a if a == b else float(self._lengths[1][-1])

    def number(self, unit: Tensor) -> Tensor:
        """Map unit numbers (N,) to s, uniform in length."""
        if self.half_axes[0] == self.half_axes[1]:
            return self.start + unit * (self.end - self.start)
        s, lengths = self._lengths
        place = unit * lengths[-1]
        k = torch.bucketize(place, lengths).clamp(1, _ANGLES) - 1
        return s[k] + (place - lengths[k]) / lengths.diff()[k] * s.diff()[k]

    @property
    def unit_dimension(self) -> int:
        """How many unit random numbers one of its points takes."""
        return 1

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Walk along the arc."""
        s = self.number(unit[:, 0])
        a, b = self.half_axes
        sign = -1.0 if self.is_hole else 1.0
        normals = sign * torch.stack([b * s.cos(), a * s.sin()], dim=1)
        normals = normals / normals.norm(dim=1, keepdim=True)
        on_circle = torch.stack([s.cos(), s.sin()], dim=1)
        return self.stretched(on_circle), normals @ self._rotation.T

    def stretched(self, points: Tensor) -> Tensor:
        """Map points (N, 2) of the unit disk to those of the ellipse, float64."""
        axes = torch.tensor(self.half_axes, dtype=torch.float64)
        center = torch.tensor(self.center, dtype=torch.float64)
        return center + (axes * points) @ self._rotation.T

    def between(self, low: float, high: float) -> "EllipticArc":
        """Take the part between two numbers; from 0.75 to 1.25 of a closed one, past its start."""
        ends = torch.tensor([low, high], dtype=torch.float64)
        turns = ends.floor() if self.is_closed else torch.zeros_like(ends)
        start, end = (self.number(ends - turns) + _FULL * turns).tolist()
        return replace(self, start=start, end=end)

    def scaled(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Coordinates in which the ellipse is the unit circle, (N,) each."""
        x, y = points[:, 0] - self.center[0], points[:, 1] - self.center[1]
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return (
            (cosine * x + sine * y) / self.half_axes[0],
            (cosine * y - sine * x) / self.half_axes[1],
        )

    def away(self, points: Tensor) -> Tensor:
        """Evaluate the level of the ellipse, trimmed by the chord unless the arc is closed."""
        p, q = self.scaled(points)
        level = (1 - p.square() - q.square()) / 2
        if self.is_hole:
            level = -level
        if self.is_closed:
            return min(self.half_axes) * positive(level)
        middle, half = (self.start + self.end) / 2, (self.end - self.start) / 2
        chord = math.cos(middle) * p + math.sin(middle) * q - math.cos(half)
        return min(self.half_axes) * trimmed(level, chord)

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Compare the radius and the angle, in the coordinates of the unit circle."""
        p, q = self.scaled(points)
        radius = torch.hypot(p, q)
        relative = tolerance / min(self.half_axes)
        is_near = (radius - 1).abs() <= relative
        if self.is_closed:
            return is_near
        middle, half = (self.start + self.end) / 2, (self.end - self.start) / 2
        turned = torch.atan2(
            math.cos(middle) * q - math.sin(middle) * p, math.cos(middle) * p + math.sin(middle) * q
        )
        return is_near & (turned.abs() <= half + relative)

    def called(self, *names: str) -> "EllipticArc":
        """Make the same arc with other names."""
        return replace(self, names=names)

    def flipped(self) -> "EllipticArc":
        """Exchange the sides."""
        return replace(self, is_hole=not self.is_hole)

    def moved(self, rotation: Tensor, offset: Tensor) -> "EllipticArc":
        """Move the center and turn the axes."""
        x, y = (rotation @ torch.tensor(self.center, dtype=torch.float64) + offset).tolist()
        turn = math.atan2(float(rotation[1, 0]), float(rotation[0, 0]))
        return replace(self, center=(x, y), angle=self.angle + turn)

    @property
    def _rotation(self) -> Tensor:
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return torch.tensor([[cosine, -sine], [sine, cosine]], dtype=torch.float64)
