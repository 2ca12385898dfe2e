"""A domain for all values of parameters."""

import math
from collections.abc import Collection, Mapping
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import ROUNDING, Domain, Face
from pinn_metakan.geometry.parameter import Parameter


class Parametric(Domain):
    """A domain times ranges of parameters, whose columns come after space and before time.

    The ends of a parameter are no part of the boundary.

    Args:
        domain: The domain without parameters.
        parameters: At least one, by name.

    >>> from pinn_metakan.geometry.box import Interval
    >>> from pinn_metakan.geometry.space_time import SpaceTime
    >>> domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 3.0)
    >>> parametric = Parametric(domain, {"D": Parameter(0.0, 2.0)})
    >>> parametric.bounds, parametric.parameter_axes, len(parametric.faces)
    (((-1.0, 1.0), (0.0, 2.0), (0.0, 3.0)), (1,), 2)
    """

    def __init__(self, domain: Domain, parameters: Mapping[str, Parameter]):
        self._domain = domain
        self._parameters = dict(parameters)
        ranges = [(parameter.low, parameter.high) for parameter in parameters.values()]
        first = domain.dimension - (domain.time_axis is not None)
        self.parameter_axes = tuple(range(first, first + len(ranges)))
        self.logarithmic_axes = tuple(
            axis
            for axis, parameter in zip(self.parameter_axes, parameters.values(), strict=True)
            if parameter.log
        )
        self._first, self._count = first, len(ranges)
        self.bounds = (*domain.bounds[:first], *ranges, *domain.bounds[first:])
        self.unit_dimension = domain.unit_dimension + self._count
        self.boundary_unit_dimension = domain.boundary_unit_dimension + self._count
        self.faces = domain.faces
        self.parts, self.aliases = domain.parts, domain.aliases
        self.is_bounded_by_faces = domain.is_bounded_by_faces

    @cached_property
    def volume(self) -> float:
        """Volume without parameters times the lengths of their ranges."""
        ranges = self.bounds[self._first : self._first + self._count]
        return self._domain.volume * math.prod(high - low for low, high in ranges)

    def __repr__(self) -> str:
        ranges = [f"{name} in [{p.low:g}, {p.high:g}]" for name, p in self._parameters.items()]
        return f"{self._domain!r} for {', '.join(ranges)}"

    @property
    def without_parameters(self) -> Domain:
        """The domain for one value of each parameter."""
        return self._domain

    @property
    def space(self) -> Domain:
        """The spatial part of the domain, for all values of the parameters."""
        is_steady = self._domain.time_axis is None
        return self if is_steady else Parametric(self._domain.space, self._parameters)

    @property
    def time_axis(self) -> int | None:
        """Index of the last coordinate, None for a steady domain."""
        return None if self._domain.time_axis is None else self.dimension - 1

    @property
    def start(self) -> float | None:
        """First time [unit of time], None for a steady domain."""
        return self._domain.start

    def during(self, start: float, end: float) -> "Parametric":
        """The same parameters over another interval of time; see `Domain.during`."""
        return Parametric(self._domain.during(start, end), self._parameters)

    def along(self, axes: Collection[int], unit: Tensor) -> Tensor:
        """Map unit numbers to coordinates, by the scale of each parameter."""
        given = dict(zip(self.parameter_axes, self._parameters.values(), strict=True))
        values = super().along(axes, unit)
        columns = [
            given[axis].at(unit[:, number]) if axis in given else values[:, number]
            for number, axis in enumerate(axes)
        ]
        return torch.stack(columns, dim=1)

    def interior(self, unit: Tensor) -> Tensor:
        """Draw a point of the domain and a value of each parameter."""
        return self._joined(self._domain.interior(unit[:, : -self._count]), self._drawn(unit))

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a point on the boundary of space and a value of each parameter."""
        return self._for_drawn(self._domain.boundary(unit[:, : -self._count]), unit)

    def _for_drawn(self, at: tuple[Tensor, Tensor], unit: Tensor) -> tuple[Tensor, Tensor]:
        points, normals = at
        drawn = self._drawn(unit)
        return self._joined(points, drawn), self._joined(normals, torch.zeros_like(drawn))

    def part_boundary(self, names: Collection[str], unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a point on parts of the boundary of space and a value of each parameter."""
        return self._for_drawn(self._domain.part_boundary(names, unit[:, : -self._count]), unit)

    def part_size(self, name: str) -> float:
        """Ask the domain."""
        return self._domain.part_size(name)

    def part_factor(self, points: Tensor, names: Collection[str]) -> Tensor | None:
        """Ask the domain."""
        return self._domain.part_factor(self._without(points), names)

    def on_part(self, points: Tensor, name: str) -> Tensor:
        """Ask the domain."""
        return self._domain.on_part(self._without(points), name)

    def contains(self, points: Tensor) -> Tensor:
        """Ask the domain and compare the parameters."""
        is_inside = self._domain.contains(self._without(points))
        for axis in self.parameter_axes:
            low, high = self.bounds[axis]
            margin = ROUNDING * (high - low)
            value = points[:, axis]
            is_inside = is_inside & (value >= low - margin) & (value <= high + margin)
        return is_inside

    def factor(self, points: Tensor) -> Tensor | None:
        """Ask the domain."""
        return self._domain.factor(self._without(points))

    def face_factor(self, points: Tensor, faces: Collection[Face]) -> Tensor | None:
        """Ask the domain."""
        return self._domain.face_factor(self._without(points), faces)

    def _drawn(self, unit: Tensor) -> Tensor:
        return self.along(self.parameter_axes, unit[:, -self._count :])

    def _joined(self, points: Tensor, drawn: Tensor) -> Tensor:
        return torch.cat([points[:, : self._first], drawn, points[:, self._first :]], dim=1)

    def _without(self, points: Tensor) -> Tensor:
        behind = self._first + self._count
        return torch.cat([points[:, : self._first], points[:, behind:]], dim=1)
