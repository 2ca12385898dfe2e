"""Line segments in the plane."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.trimming import trimmed


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
        """Trim the line by the circle around the segment."""
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
    """Evaluate `Segment.away` of n segments at once, (N, n)."""
    f, s, lengths = _local(segments, points)
    f, s = f / lengths, s / lengths
    return lengths * trimmed(f, s * (1 - s) - f.square())


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
