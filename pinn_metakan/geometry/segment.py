"""Line segments in the plane."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.trimming import positive, rounding_of

#: Where the series of atan(q) / q takes the place of the quotient, and its terms: to rounding
#: (docs/decisions/0035-domains.md).
_SMALL, _TERMS = 0.1, 9


@dataclass(frozen=True)
class Segment(Patch):
    """The segment from one point to another; outward is to its right.

    Args:
        start: (x, y).
        end: (x, y).
        names: See `Patch`.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    names: tuple[str, ...]

    @property
    def size(self) -> float:
        """Its length."""
        return math.dist(self.start, self.end)

    @property
    def direction(self) -> tuple[float, float]:
        """Unit vector from its start to its end."""
        length = self.size
        (a, b), (c, d) = self.start, self.end
        return (c - a) / length, (d - b) / length

    @property
    def normal(self) -> tuple[float, float]:
        """Outward unit vector."""
        x, y = self.direction
        return y, -x

    @property
    def unit_dimension(self) -> int:
        """How many unit random numbers one of its points takes."""
        return 1

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Walk along the segment."""
        start, end = (torch.tensor(p, dtype=torch.float64) for p in (self.start, self.end))
        points = start + unit[:, :1] * (end - start)
        return points, torch.tensor(self.normal, dtype=torch.float64).expand_as(points)

    def between(self, low: float, high: float) -> "Segment":
        """Move its ends inward."""
        (a, b), (c, d) = self.start, self.end
        ends = [(a + u * (c - a), b + u * (d - b)) if 0 < u < 1 else None for u in (low, high)]
        return replace(self, start=ends[0] or self.start, end=ends[1] or self.end)

    def away(self, points: Tensor) -> Tensor:
        """Divide the distance from the line by the angle at which the segment is seen."""
        return away_from_segments([self], points)[:, 0]

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Compare the distance."""
        return distance_from_segments([self], points)[:, 0] <= tolerance

    def called(self, *names: str) -> "Segment":
        """Make the same segment with other names."""
        return replace(self, names=names)

    def flipped(self) -> "Segment":
        """Walk along it the other way."""
        return replace(self, start=self.end, end=self.start)

    def moved(self, rotation: Tensor, offset: Tensor) -> "Segment":
        """Move both ends."""
        ends = torch.tensor([self.start, self.end], dtype=torch.float64) @ rotation.T + offset
        (a, b), (c, d) = ends.tolist()
        return replace(self, start=(a, b), end=(c, d))


def away_from_segments(segments: Sequence[Segment], points: Tensor) -> Tensor:
    r"""Evaluate pi h / alpha of n segments.

    Here h is the distance from the line and alpha the angle at which a segment is seen: the inverse
    is an integral over the segment, so that two pieces of one line, joined, are one.

    .. math:: \frac{\alpha}{h} = \int \frac{ds}{|x - y(s)|^2}

    Args:
        segments: The segments.
        points: Shape (N, 2).

    Returns:
        Shape (N, n).
    """
    f, s, lengths = _local(segments, points)
    h, s = positive(f / lengths), s / lengths
    inner = s * (1 - s) - h.square()  # positive within the circle around the segment
    rounding = rounding_of(f)
    is_end = (h.abs() <= rounding) & (inner.abs() <= rounding)
    one = torch.ones_like(h)
    is_near, is_far = (inner >= h.abs()) & ~is_end, (inner <= -h.abs()) & ~is_end
    is_between = ~(is_near | is_far | is_end)
    near = h / (math.pi - torch.atan(h / torch.where(is_near, inner, one)))
    far_inner = torch.where(is_far, -inner, one)
    far = far_inner / _atan_over(torch.where(is_far, h / far_inner, 0 * one))
    height = torch.where(is_between, h, one)
    between = height / (math.pi / 2 + torch.atan(inner / height))
    value = torch.where(is_near, near, torch.where(is_far, far, between))
    return math.pi * lengths * torch.where(is_end, 0 * one, value)


def _atan_over(q: Tensor) -> Tensor:
    """The quotient atan(q) / q, for q in [-1, 1]."""
    is_small = q.abs() < _SMALL
    small, large = torch.where(is_small, q, 0 * q), torch.where(is_small, torch.ones_like(q), q)
    square, series = small.square(), torch.zeros_like(q)
    for k in range(_TERMS - 1, -1, -1):
        series = series * square + (-1) ** k / (2 * k + 1)
    return torch.where(is_small, series, torch.atan(large) / large)


def inward_from_segments(segments: Sequence[Segment], points: Tensor) -> Tensor:
    """Signed distances from the lines of n segments, (N, n), positive on their inner sides."""
    return _local(segments, points)[0]


def distance_from_segments(segments: Sequence[Segment], points: Tensor) -> Tensor:
    """Distances from n segments, (N, n)."""
    f, s, lengths = _local(segments, points)
    return torch.hypot(f, s - s.clamp(min=torch.zeros_like(lengths), max=lengths))


def _local(segments: Sequence[Segment], points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Distances from lines, along them (N, n), and lengths (n,)."""
    rows = [(*each.start, *each.normal, *each.direction, each.size) for each in segments]
    x, y, n, m, u, v, lengths = points.new_tensor(rows).T
    from_x, from_y = points[:, :1] - x, points[:, 1:2] - y
    return -(n * from_x + m * from_y), u * from_x + v * from_y, lengths
