"""A spatial domain over an interval of time."""

from collections.abc import Collection
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import ROUNDING, Domain, Face, checked_side


class SpaceTime(Domain):
    r"""A spatial domain over the time interval [start, end]; time is the last coordinate.

    Args:
        space: The spatial domain.
        start: First time [unit of time].
        end: Last time [unit of time].

    Raises:
        TypeError: If `space` is no domain.
        ValueError: If the times are not in increasing order, or `space` has a time of its own.

    >>> from pinn_metakan.geometry.box import Interval
    >>> domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 3.0)
    >>> domain.time_axis, domain.interior(torch.tensor([[0.5, 1.0]])).tolist()
    (1, [[0.0, 3.0]])
    """

    def __init__(self, space: Domain, start: float, end: float):
        if not isinstance(space, Domain):
            kind = type(space).__name__
            raise TypeError(f"the space of a SpaceTime must be a Domain, got {kind}")
        if space.time_axis is not None:
            raise ValueError("the space of a SpaceTime must not be a SpaceTime")
        time = checked_side((start, end))
        self._space = space
        self._start, self.end = time
        self.bounds = (*space.bounds, time)
        self.unit_dimension = space.unit_dimension + 1
        self.boundary_unit_dimension = space.boundary_unit_dimension + 1
        self.faces = space.faces
        self.parts, self.aliases = space.parts, space.aliases
        self.is_bounded_by_faces = space.is_bounded_by_faces

    @cached_property
    def volume(self) -> float:
        """Volume of space times the duration."""
        return self._space.volume * (self.end - self._start)

    def __repr__(self) -> str:
        return f"SpaceTime({self._space!r}, {self.start}, {self.end})"

    @property
    def space(self) -> Domain:
        """The spatial domain."""
        return self._space

    @property
    def time_axis(self) -> int:
        """Index of the last coordinate."""
        return self.dimension - 1

    @property
    def start(self) -> float:
        """First time [unit of time]."""
        return self._start

    def during(self, start: float, end: float) -> "SpaceTime":
        """The same space over another interval of time; see `Domain.during`."""
        return SpaceTime(self._space, start, end)

    def interior(self, unit: Tensor) -> Tensor:
        """Draw a point in space and a time."""
        return torch.cat([self._space.interior(unit[:, :-1]), self._times(unit)], dim=1)

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a point on the boundary of space and a time."""
        return self._in_time(self._space.boundary(unit[:, :-1]), unit)

    def _in_time(self, at: tuple[Tensor, Tensor], unit: Tensor) -> tuple[Tensor, Tensor]:
        points, normals = at
        times = self._times(unit)
        return torch.cat([points, times], 1), torch.cat([normals, torch.zeros_like(times)], 1)

    def part_boundary(self, names: Collection[str], unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a point on parts of the boundary of space and a time."""
        return self._in_time(self._space.part_boundary(names, unit[:, :-1]), unit)

    def part_size(self, name: str) -> float:
        """Ask the spatial domain."""
        return self._space.part_size(name)

    def part_factor(self, points: Tensor, names: Collection[str]) -> Tensor | None:
        """Ask the spatial domain."""
        return self._space.part_factor(points[:, :-1], names)

    def on_part(self, points: Tensor, name: str) -> Tensor:
        """Ask the spatial domain."""
        return self._space.on_part(points[:, :-1], name)

    def contains(self, points: Tensor) -> Tensor:
        """Ask the spatial domain and compare the time."""
        margin = ROUNDING * (self.end - self.start)
        time = points[:, -1]
        in_time = (time >= self.start - margin) & (time <= self.end + margin)
        return in_time & self._space.contains(points[:, :-1])

    def factor(self, points: Tensor) -> Tensor | None:
        """Ask the spatial domain."""
        return self._space.factor(points[:, :-1])

    def face_factor(self, points: Tensor, faces: Collection[Face]) -> Tensor | None:
        """Ask the spatial domain."""
        return self._space.face_factor(points[:, :-1], faces)

    def _times(self, unit: Tensor) -> Tensor:
        return self.start + unit[:, -1:] * (self.end - self.start)
