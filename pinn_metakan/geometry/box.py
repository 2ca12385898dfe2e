"""Axis-aligned boxes."""

import math
from collections.abc import Collection, Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import ROUNDING, Domain, Face, checked_side
from pinn_metakan.geometry.flat_face import FlatFace
from pinn_metakan.geometry.patch import Patch, chosen_patches
from pinn_metakan.geometry.segment import Segment


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

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Its faces, called ``x1=0`` and so on, and "outer" together."""
        if self.dimension == 2:
            return tuple(_edge(self.bounds, face) for face in self.faces)
        return tuple(FlatFace(self.bounds, face, (face.name, "outer")) for face in self.faces)

    def __repr__(self) -> str:
        return f"Box({', '.join(str(side) for side in self.bounds)})"

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Choose a face by its area with the first number, a point on it with the others."""
        return self._on_faces(self.faces, unit)

    def part_boundary(self, names: Collection[str], unit: Tensor) -> tuple[Tensor, Tensor]:
        """Do the same with some of the faces."""
        chosen = chosen_patches(self.patches, names)
        pairs = zip(self.faces, self.patches, strict=True)
        return self._on_faces([face for face, patch in pairs if patch in chosen], unit)

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
        """Multiply linear functions of the coordinates; see `face_factor`."""
        pairs = zip(self.faces, self.patches, strict=True)
        return self.face_factor(points, [face for face, patch in pairs if patch in patches])

    def _on_faces(self, faces: Sequence[Face], unit: Tensor) -> tuple[Tensor, Tensor]:
        lengths = [high - low for low, high in self.bounds]
        areas = [math.prod(lengths) / lengths[face.axis] for face in faces]
        edges = torch.tensor(areas, dtype=unit.dtype).cumsum(0)
        which = torch.bucketize(unit[:, 0] * edges[-1], edges).clamp(max=len(areas) - 1)  # (N,)
        axes = torch.tensor([face.axis for face in faces])[which]
        rows = torch.arange(len(unit))
        columns = torch.arange(self.dimension)
        # The numbers after the first fill the free axes; what lands on the fixed axis is replaced.
        points = self.interior(unit.gather(1, columns + (columns < axes[:, None]).long()))
        points[rows, axes] = torch.tensor([f.value for f in faces], dtype=unit.dtype)[which]
        normals = torch.zeros_like(points)
        normals[rows, axes] = torch.tensor([f.sign for f in faces], dtype=unit.dtype)[which]
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


def _edge(bounds: Sequence[tuple[float, float]], face: Face) -> Segment:
    """A face of a rectangle, the inside to its left."""
    low, high = bounds[1 - face.axis]
    ends = [(face.value, y) if face.axis == 0 else (y, face.value) for y in (low, high)]
    is_forward = (face.sign > 0) == (face.axis == 0)
    start, end = ends if is_forward else reversed(ends)
    return Segment(start, end, (face.name, "outer"))


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
