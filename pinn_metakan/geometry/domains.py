"""Domains: where a problem lives, how its points are drawn, and which way is out.

A domain turns unit random numbers into points, so that any sequence (Sobol, Halton, ...) serves any
domain. Points are float64 on the CPU: the same seed gives the same points on every device.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

#: Keeps the inverse normal distribution finite when a sequence returns 0 or 1 exactly.
_UNIT_MARGIN = 1e-12


@dataclass(frozen=True)
class Face:
    """A flat part of a boundary: the points whose coordinate `axis` equals `value`.

    Args:
        axis: Index of the coordinate that is constant on the face.
        value: Its value there [unit of the coordinate].
        sign: Direction of the outward normal along the axis, -1 or +1.
    """

    axis: int
    value: float
    sign: int


class Domain(ABC):
    """A region of R^d.

    Attributes:
        dimension: Number of coordinates d.
        bounds: Smallest box that holds the domain, one (low, high) for each coordinate.
        unit_dimension: How many unit random numbers one interior point takes.
        boundary_unit_dimension: How many unit random numbers one boundary point takes.
        faces: The flat faces, empty where the boundary is curved.
    """

    dimension: int
    bounds: tuple[tuple[float, float], ...]
    unit_dimension: int
    boundary_unit_dimension: int
    faces: tuple[Face, ...]

    @property
    def space(self) -> "Domain":
        """The spatial part of the domain."""
        return self

    @property
    def time_axis(self) -> int | None:
        """Index of the time coordinate, None for a steady domain."""
        return None

    @abstractmethod
    def interior(self, unit: Tensor) -> Tensor:
        """Map unit random numbers (N, unit_dimension) to points (N, d), uniform in volume."""

    @abstractmethod
    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Map unit random numbers (N, boundary_unit_dimension) to boundary points and normals.

        Args:
            unit: Numbers in [0, 1], shape (N, boundary_unit_dimension).

        Returns:
            Points (N, d), uniform in area, and outward unit normals (N, d), zero along time.
        """

    @abstractmethod
    def contains(self, points: Tensor, tolerance: float = 1e-9) -> Tensor:
        """Tell which points (N, d) lie in the closed domain, as booleans (N,)."""


class Box(Domain):
    r"""An axis-aligned box [a_1, b_1] x ... x [a_d, b_d].

    Args:
        sides: One (low, high) for each coordinate [unit of the coordinate].

    Raises:
        ValueError: If a side is not two finite numbers in increasing order.

    >>> Box((0.0, 2.0), (-1.0, 1.0)).interior(torch.tensor([[0.25, 0.5]])).tolist()
    [[0.5, 0.0]]
    """

    def __init__(self, *sides: tuple[float, float]):
        if not sides:
            raise ValueError("a Box needs one (low, high) for each coordinate, got none")
        self.bounds = tuple(_checked_side(side) for side in sides)
        self.dimension = len(sides)
        self.unit_dimension = self.dimension
        self.boundary_unit_dimension = self.dimension
        self.faces = tuple(
            Face(axis, value, sign)
            for axis, side in enumerate(self.bounds)
            for value, sign in zip(side, (-1, +1), strict=True)
        )

    def __repr__(self) -> str:
        return f"Box({', '.join(str(side) for side in self.bounds)})"

    def interior(self, unit: Tensor) -> Tensor:
        """Scale the unit cube to the box."""
        low, high = torch.tensor(self.bounds, dtype=unit.dtype).T
        return low + unit * (high - low)  # (N, d)

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

    def contains(self, points: Tensor, tolerance: float = 1e-9) -> Tensor:
        """Compare each coordinate with its side; the tolerance is relative to the side's length."""
        low, high = torch.tensor(self.bounds, dtype=points.dtype, device=points.device).T
        margin = tolerance * (high - low)
        return ((points >= low - margin) & (points <= high + margin)).all(dim=1)


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


class Ball(Domain):
    r"""The ball |x - c| <= R in R^d.

    Args:
        dimension: d.
        radius: R [unit of the coordinates].
        center: c, the origin unless given.

    Raises:
        ValueError: If the radius is not positive or the center does not have d numbers.

    >>> ball = Ball(3, radius=2.0, center=[1.0, 0.0, 0.0])
    >>> ball.bounds
    ((-1.0, 3.0), (-2.0, 2.0), (-2.0, 2.0))
    >>> ball.contains(torch.tensor([[2.9, 0.0, 0.0], [0.0, 1.9, 0.0]])).tolist()
    [True, False]
    """

    def __init__(self, dimension: int, radius: float = 1.0, center: Sequence[float] | None = None):
        if dimension < 1:
            raise ValueError(f"a Ball needs a dimension of at least 1, got {dimension}")
        if not (radius > 0 and math.isfinite(radius)):
            raise ValueError(f"a Ball needs a positive radius, got {radius}")
        self.center = tuple(float(c) for c in center) if center is not None else (0.0,) * dimension
        if len(self.center) != dimension:
            raise ValueError(
                f"the center of a Ball in {dimension} dimensions has {dimension} numbers"
            )
        self.dimension = dimension
        self.radius = float(radius)
        self.bounds = tuple((c - self.radius, c + self.radius) for c in self.center)
        self.unit_dimension = dimension + 1
        self.boundary_unit_dimension = dimension
        self.faces = ()

    def __repr__(self) -> str:
        return f"Ball({self.dimension}, radius={self.radius}, center={self.center})"

    def interior(self, unit: Tensor) -> Tensor:
        """Draw a direction and a radius R v^(1/d), which is uniform in volume."""
        radii = self.radius * unit[:, -1:] ** (1.0 / self.dimension)
        return self._center_like(unit) + radii * _directions(unit[:, :-1])

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a direction; it is the normal."""
        normals = _directions(unit)
        return self._center_like(unit) + self.radius * normals, normals

    def contains(self, points: Tensor, tolerance: float = 1e-9) -> Tensor:
        """Compare the distance from the center with the radius."""
        distance = (points - self._center_like(points)).norm(dim=1)
        return distance <= self.radius * (1 + tolerance)

    def _center_like(self, points: Tensor) -> Tensor:
        return torch.tensor(self.center, dtype=points.dtype, device=points.device)


class SpaceTime(Domain):
    r"""A spatial domain over the time interval [start, end]; time is the last coordinate.

    Args:
        space: The spatial domain.
        start: First time [unit of time].
        end: Last time [unit of time].

    Raises:
        ValueError: If the times are not in increasing order, or `space` has a time of its own.

    >>> domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 3.0)
    >>> domain.time_axis, domain.interior(torch.tensor([[0.5, 1.0]])).tolist()
    (1, [[0.0, 3.0]])
    """

    def __init__(self, space: Domain, start: float, end: float):
        if space.time_axis is not None:
            raise ValueError("the space of a SpaceTime must not be a SpaceTime")
        time = _checked_side((start, end))
        self._space = space
        self.start, self.end = time
        self.dimension = space.dimension + 1
        self.bounds = (*space.bounds, time)
        self.unit_dimension = space.unit_dimension + 1
        self.boundary_unit_dimension = space.boundary_unit_dimension + 1
        self.faces = space.faces

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

    def interior(self, unit: Tensor) -> Tensor:
        """Draw a point in space and a time."""
        return torch.cat([self._space.interior(unit[:, :-1]), self._times(unit)], dim=1)

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a point on the boundary of space and a time."""
        points, normals = self._space.boundary(unit[:, :-1])
        times = self._times(unit)
        return torch.cat([points, times], 1), torch.cat([normals, torch.zeros_like(times)], 1)

    def contains(self, points: Tensor, tolerance: float = 1e-9) -> Tensor:
        """Ask the spatial domain and compare the time."""
        margin = tolerance * (self.end - self.start)
        time = points[:, -1]
        in_time = (time >= self.start - margin) & (time <= self.end + margin)
        return in_time & self._space.contains(points[:, :-1], tolerance)

    def _times(self, unit: Tensor) -> Tensor:
        return self.start + unit[:, -1:] * (self.end - self.start)


def _directions(unit: Tensor) -> Tensor:
    """Unit vectors (N, d), uniform on the sphere: unit numbers through the normal distribution."""
    centered = (2 * unit - 1).clamp(-1 + _UNIT_MARGIN, 1 - _UNIT_MARGIN)
    normal = torch.erfinv(centered)
    length = normal.norm(dim=1, keepdim=True)
    fallback = torch.eye(unit.shape[1], dtype=unit.dtype)[
        0
    ]  # all numbers 1/2: any direction will do
    return torch.where(length > 0, normal / length.clamp(min=_UNIT_MARGIN**2), fallback)


def _checked_side(side: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(value) for value in side)
    except (TypeError, ValueError):
        raise ValueError(f"expected (low, high), two numbers, got {side!r}") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"expected two finite numbers low < high, got ({low}, {high})")
    return low, high
