"""Cylinders of any cross section: a domain times an interval of one more coordinate of space."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.ball import Disk
from pinn_metakan.geometry.box import Interval
from pinn_metakan.geometry.domain import ROUNDING, Domain, Face
from pinn_metakan.geometry.own_boundary import level_of, patches_of
from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.rejection import accepted
from pinn_metakan.geometry.trimming import trimmed


class Product(Domain):
    """A domain of space times an interval, whose coordinate is the last one of space.

    Parts of the boundary are those of the domain, and the two ends, "low" and "high" unless they
    are given names.

    Args:
        base: The domain.
        interval: The interval, a domain of one coordinate.
        ends: Names of its lower and its upper end.

    Raises:
        ValueError: If one has a time, or the interval is none.

    >>> Product(Disk(1.0), Interval(0.0, 2.0)).parts
    ('rim', 'low', 'high')
    """

    def __init__(self, base: Domain, interval: Domain, ends: tuple[str, str] = ("low", "high")):
        if base.time_axis is not None or base.parameter_axes:
            raise ValueError(f"the base of a Product is a domain of space, got {base!r}")
        if interval.dimension != 1 or interval.time_axis is not None:
            raise ValueError(f"a Product is over an Interval, got {interval!r}")
        self.base, self.interval, self.ends = base, interval, ends
        self._low, self._high = interval.bounds[0]
        self.bounds = (*base.bounds, (self._low, self._high))
        self.volume = base.volume * (self._high - self._low)
        self.unit_dimension = base.unit_dimension + 1
        axis = base.dimension
        self._end_faces = (Face(axis, self._low, -1), Face(axis, self._high, +1))
        self.faces = (*base.faces, *self._end_faces)
        self.is_bounded_by_faces = base.is_bounded_by_faces
        self.boundary_unit_dimension = max(patch.unit_dimension for patch in self.patches)
        if set(ends) & set(base.parts) or len(set(ends)) < 2:
            raise ValueError(f"ends of a Product need names that {base!r} has not, got {ends}")

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Walls over the patches of the base, and the ends."""
        walls = [Wall(patch, self._low, self._high, patch.names) for patch in patches_of(self.base)]
        pairs = zip(self._end_faces, self.ends, strict=True)
        return (*walls, *(End(self.base, face, (name, face.name)) for face, name in pairs))

    def __repr__(self) -> str:
        ends = "" if self.ends == ("low", "high") else f", ends={self.ends}"
        return f"Product({self.base!r}, {self.interval!r}{ends})"

    def interior(self, unit: Tensor) -> Tensor:
        """Draw a point of the base and a height."""
        height = self._low + unit[:, -1:] * (self._high - self._low)
        return torch.cat([self.base.interior(unit[:, :-1]), height], dim=1)

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw on walls and ends."""
        return self.part_boundary(self.parts, unit)

    def contains(self, points: Tensor) -> Tensor:
        """Ask the base and compare the height."""
        margin, height = ROUNDING * (self._high - self._low), points[:, -1]
        is_between = (height >= self._low - margin) & (height <= self._high + margin)
        return is_between & self.base.contains(points[:, :-1])

    def factor(self, points: Tensor) -> Tensor | None:
        """Multiply the factor of the base by 4 (z - a) (b - z) / (b - a)^2."""
        return self.patches_factor(points, self.patches)

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
        """Multiply a factor of the base by linear functions of the height."""
        walls = [
            source
            for source, wall in zip(patches_of(self.base), self.patches, strict=False)
            if wall in patches
        ]
        faces = [
            f for f, end in zip(self._end_faces, self.patches[-2:], strict=True) if end in patches
        ]
        value: Tensor | None = self.face_factor(points, faces) if faces else None
        if not walls:
            return value
        flat = points[:, :-1]
        around = (
            self.base.patches_factor(flat, walls) if self.base.patches else self.base.factor(flat)
        )
        return around if value is None or around is None else around * value


@dataclass(frozen=True)
class Wall(Patch):
    """A patch of the base, from one height to another.

    Args:
        patch: The patch.
        low: Lowest height.
        high: Highest height.
        names: See `Patch`.
    """

    patch: Patch
    low: float
    high: float
    names: tuple[str, ...]

    @property
    def size(self) -> float:
        """Product of both sizes."""
        return self.patch.size * (self.high - self.low)

    @property
    def unit_dimension(self) -> int:
        """One more than that of the patch."""
        return self.patch.unit_dimension + 1

    @property
    def has_away(self) -> bool:  # type: ignore[override]
        """Whether that of the patch is known."""
        return self.patch.has_away

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw on the patch, and a height."""
        points, normals = self.patch.at(unit[:, :-1])
        height = self.low + unit[:, -1:] * (self.high - self.low)
        return torch.cat([points, height], 1), torch.cat([normals, torch.zeros_like(height)], 1)

    def away(self, points: Tensor) -> Tensor:
        """Trim by the heights."""
        length = self.high - self.low
        t = (points[:, -1] - self.low) * (self.high - points[:, -1]) / length**2
        return length * trimmed(self.patch.away(points[:, :-1]) / length, t)

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Ask the patch and compare the height."""
        height = points[:, -1]
        is_between = (height >= self.low - tolerance) & (height <= self.high + tolerance)
        return is_between & self.patch.holds(points[:, :-1], tolerance)

    def called(self, *names: str) -> "Wall":
        """Make the same wall with other names."""
        return replace(self, names=names)

    def flipped(self) -> "Wall":
        """Exchange the sides."""
        return replace(self, patch=self.patch.flipped())


@dataclass(frozen=True)
class End(Patch):
    """The base at one height.

    Args:
        base: The base.
        face: The face; its sign is that of the outward normal.
        names: See `Patch`.
    """

    base: Domain
    face: Face
    names: tuple[str, ...]

    @property
    def size(self) -> float:
        """Volume of the base."""
        return self.base.volume

    @property
    def unit_dimension(self) -> int:
        """That of the base."""
        return self.base.unit_dimension

    @property
    def has_away(self) -> bool:  # type: ignore[override]
        """Whether a distance from the boundary of the base is known."""
        return all(patch.has_away for patch in patches_of(self.base))

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw in the base."""

        def drawn(unit: Tensor) -> tuple[Tensor, Tensor]:
            points = self.base.interior(unit)
            points = torch.cat([points, torch.full_like(points[:, :1], self.face.value)], dim=1)
            normals = torch.zeros_like(points)
            normals[:, -1] = self.face.sign
            return points, normals

        return accepted(drawn, lambda points, _: self.base.contains(points[:, :-1]), unit)

    def away(self, points: Tensor) -> Tensor:
        """Trim the plane by the boundary of the base."""
        f = self.face.sign * (self.face.value - points[:, -1])
        depth = self.base.depth if self.base.patches else 1.0
        return depth * trimmed(f / depth, level_of(self.base, points[:, :-1]) / depth)

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Compare the height and ask the base."""
        is_on = (points[:, -1] - self.face.value).abs() <= tolerance
        return is_on & self.base.contains(points[:, :-1])

    def called(self, *names: str) -> "End":
        """Make the same end with other names."""
        return replace(self, names=names)

    def flipped(self) -> "End":
        """Exchange the sides."""
        face = self.face
        return replace(self, face=Face(face.axis, face.value, -face.sign))


def Cylinder(radius: float, height: float, center: Sequence[float] = (0.0, 0.0, 0.0)) -> Product:
    """Make an upright cylinder with the parts "side", "bottom" and "top".

    Args:
        radius: Of its base [unit of the coordinates].
        height: From bottom to top.
        center: Of its bottom.

    Returns:
        A Product of a Disk and an Interval.

    Raises:
        ValueError: If radius or height is not positive, or the center is not three numbers.

    >>> Cylinder(1.0, 2.0).parts
    ('side', 'bottom', 'top')
    """
    if len(center) != 3:
        raise ValueError(f"the center of a Cylinder is three numbers, got {center!r}")
    if not height > 0:
        raise ValueError(f"a Cylinder needs a positive height, got {height}")
    x, y, z = center
    base = Disk(radius, (x, y)).named("side")
    return Product(base, Interval(z, z + height), ("bottom", "top"))
