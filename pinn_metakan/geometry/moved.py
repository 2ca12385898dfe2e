"""Domains that are moved and turned."""

import math
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.own_boundary import patches_of
from pinn_metakan.geometry.patch import Patch, moved_back


class Moved(Domain):
    """The points Q x + b of a domain; `Domain.translated` and `Domain.rotated` make one.

    Args:
        domain: The domain.
        rotation: Q, (d, d), float64.
        offset: b, (d,), float64.
        shown: What made it, such as ``translated((1.0, 0.0))``.
    """

    def __init__(self, domain: Domain, rotation: Tensor, offset: Tensor, shown: str):
        self._domain, self._rotation, self._offset, self._shown = domain, rotation, offset, shown
        self._is_turned = not torch.equal(rotation, torch.eye(len(offset), dtype=torch.float64))
        corners = torch.cartesian_prod(*torch.tensor(domain.bounds, dtype=torch.float64))
        corners = corners @ rotation.T + offset
        low, high = corners.min(dim=0).values.tolist(), corners.max(dim=0).values.tolist()
        self.bounds = tuple(zip(low, high, strict=True))
        self.unit_dimension = domain.unit_dimension
        self.boundary_unit_dimension = domain.boundary_unit_dimension
        self.is_bounded_by_faces = domain.is_bounded_by_faces and not self._is_turned

    def __repr__(self) -> str:
        return f"{self._domain!r}.{self._shown}"

    @cached_property
    def volume(self) -> float:
        """That of the domain."""
        return self._domain.volume

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """Those of the domain, unless it is turned."""
        return () if self._is_turned else tuple(map(self._moved_face, self._domain.faces))

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Those of the domain, moved; flat faces are named anew: x1=0 is x1=0.5 or side1."""
        renamed = {
            face.name: f"side{k + 1}" if self._is_turned else self._moved_face(face).name
            for k, face in enumerate(self._domain.faces)
        }
        return tuple(
            patch.called(*(renamed.get(name, name) for name in patch.names)).moved(
                self._rotation, self._offset
            )
            for patch in patches_of(self._domain)
        )

    def contains(self, points: Tensor) -> Tensor:
        """Ask the domain."""
        return self._domain.contains(self._back(points))

    def interior(self, unit: Tensor) -> Tensor:
        """Move points of the domain."""
        return self._domain.interior(unit) @ self._rotation.T + self._offset

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Move points and normals of the domain."""
        points, normals = self._domain.boundary(unit)
        return points @ self._rotation.T + self._offset, normals @ self._rotation.T

    def factor(self, points: Tensor) -> Tensor | None:
        """Ask the domain."""
        return self._domain.factor(self._back(points))

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
        """Ask the domain."""
        if not self._domain.patches:
            return self.factor(points)
        inner = self._domain.patches
        chosen = [inner[k] for k, patch in enumerate(self.patches) if patch in patches]
        return self._domain.patches_factor(self._back(points), chosen)

    def _back(self, points: Tensor) -> Tensor:
        return moved_back(points, self._rotation, self._offset)

    def _moved_face(self, face: Face) -> Face:
        low, high = self.bounds[face.axis]
        ends = dict(zip(self._domain.bounds[face.axis], (low, high), strict=True))
        value = ends.get(face.value, face.value + float(self._offset[face.axis]))
        return Face(face.axis, value, face.sign)


def translated(domain: Domain, offset: Sequence[float]) -> Moved:
    """Move a domain.

    Args:
        domain: The domain.
        offset: By how much along each coordinate.

    Returns:
        The moved domain.

    Raises:
        ValueError: If there is not one finite number for each coordinate of space.
    """
    numbers = _checked(domain, offset, "offset")
    turn = torch.eye(domain.dimension, dtype=torch.float64)
    return Moved(domain, turn, torch.tensor(numbers, dtype=torch.float64), f"translated({numbers})")


def rotated(
    domain: Domain, angle: float, axis: Sequence[float] | None, about: Sequence[float] | None
) -> Moved:
    """Turn a domain.

    Args:
        domain: The domain, of two or three coordinates.
        angle: By how much, counterclockwise or by the right hand around the axis [rad].
        axis: Direction of the axis, in three dimensions.
        about: A point that stays where it is; the origin if None.

    Returns:
        The turned domain.

    Raises:
        ValueError: If the domain has other coordinates, or what is given does not fit them.
    """
    if domain.dimension not in (2, 3):
        raise ValueError(f"domains of 2 or 3 coordinates can be rotated, got {domain!r}")
    if not math.isfinite(angle):
        raise ValueError(f"the angle of a rotation must be finite, got {angle!r}")
    if (axis is None) != (domain.dimension == 2):
        raise ValueError("a rotation needs axis=(x, y, z) in three dimensions, and none in two")
    center = torch.tensor(
        _checked(domain, about or [0.0] * domain.dimension, "about"), dtype=torch.float64
    )
    cosine, sine = math.cos(angle), math.sin(angle)
    shown = [f"{angle!r}"]
    if axis is None:
        turn = torch.tensor([[cosine, -sine], [sine, cosine]], dtype=torch.float64)
    else:
        direction = torch.tensor(_checked(domain, axis, "axis"), dtype=torch.float64)
        if float(direction.norm()) == 0:
            raise ValueError("the axis of a rotation must not be zero")
        x, y, z = (direction / direction.norm()).tolist()
        cross = torch.tensor([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]], dtype=torch.float64)
        turn = torch.eye(3, dtype=torch.float64) + sine * cross + (1 - cosine) * cross @ cross
        shown.append(f"axis={tuple(axis)}")
    if about is not None:
        shown.append(f"about={tuple(about)}")
    return Moved(domain, turn, center - turn @ center, f"rotated({', '.join(shown)})")


def _checked(domain: Domain, numbers: Sequence[float], what: str) -> tuple[float, ...]:
    if domain.time_axis is not None or domain.parameter_axes:
        raise ValueError(f"move the domain of space, then make a SpaceTime of it; got {domain!r}")
    try:
        found = tuple(float(number) for number in numbers)
    except (TypeError, ValueError):
        found = ()
    if len(found) != domain.dimension or not all(map(math.isfinite, found)):
        raise ValueError(
            f"{what} must be {domain.dimension} finite numbers, one for each coordinate, "
            f"got {numbers!r}"
        )
    return found
