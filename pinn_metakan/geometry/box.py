"""Axis-aligned boxes."""

import math
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import ROUNDING, Domain, Face, checked_side


class Box(Domain):
    r"""An axis-aligned box [a_1, b_1] x ... x [a_d, b_d].

    Args:
        sides: One (low, high) for each coordinate [unit of the coordinate].

    Raises:
        ValueError: If a side is not two finite numbers in increasing order.

    >>> Box((0.0, 2.0), (-1.0, 1.0)).interior(torch.tensor([[0.25, 0.5]])).tolist()
    [[0.5, 0.0]]
    """

    is_bounded_by_faces = True

    def __init__(self, *sides: tuple[float, float]):
        if not sides:
            raise ValueError("a Box needs one (low, high) for each coordinate, got none")
        self.bounds = tuple(checked_side(side) for side in sides)
        self.faces = tuple(
            Face(axis, value, sign)
            for axis, side in enumerate(self.bounds)
            for value, sign in zip(side, (-1, +1), strict=True)
        )

    @cached_property
    def volume(self) -> float:
        """Product of the lengths of its sides."""
        return math.prod(high - low for low, high in self.bounds)

    def __repr__(self) -> str:
        return f"Box({', '.join(str(side) for side in self.bounds)})"

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Choose a face by its area with the first number, a point on it with the others."""
        lengths = [high - low for low, high in self.bounds]
        areas = [math.prod(lengths) / lengths[face.axis] for face in self.faces]
        edges = torch.tensor(areas, dtype=unit.dtype).cumsum(0)
        which = torch.bucketize(unit[:, 0] * edges[-1], edges).clamp(max=len(areas) - 1)  # (N,)
        axes = torch.tensor([face.axis for face in self.faces])[which]
        rows = torch.arange(len(unit))
        columns = torch.arange(self.dimension)
        # The numbers after the first fill the free axes; what lands on the fixed axis is replaced.
        points = self.interior(unit.gather(1, columns + (columns < axes[:, None]).long()))
        points[rows, axes] = torch.tensor([f.value for f in self.faces], dtype=unit.dtype)[which]
        normals = torch.zeros_like(points)
        normals[rows, axes] = torch.tensor([f.sign for f in self.faces], dtype=unit.dtype)[which]
        return points, normals

    def during(self, start: float, end: float) -> "Box":
        """A part of an interval, whose coordinate is time; see `Domain.during`."""
        if self.dimension != 1:
            raise ValueError(f"{self!r} has no time")
        return Box((start, end))

    def contains(self, points: Tensor) -> Tensor:
        """Compare each coordinate with its side; rounding is relative to the side's length."""
        low, high = torch.tensor(self.bounds, dtype=points.dtype, device=points.device).T
        margin = ROUNDING * (high - low)
        return ((points >= low - margin) & (points <= high + margin)).all(dim=1)

    def factor(self, points: Tensor) -> Tensor | None:
        """Multiply 4 (x - a) (b - x) / (b - a)^2 over the coordinates."""
        return self.face_factor(points, self.faces)


def Interval(low: float, high: float) -> Box:
    """Make the interval [low, high].

    Args:
        low: Its first point [unit of the coordinate].
        high: Its last point.

    Returns:
        A Box of one dimension.

    >>> Interval(0.0, 1.0).contains(torch.tensor([[0.5], [1.5]])).tolist()
    [True, False]
    """
    return Box((low, high))
