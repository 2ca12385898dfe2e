"""The abstract domain: where a problem lives, how its points are drawn, and which way is out.

A domain turns unit random numbers into points, so that any sequence (Sobol, Halton, ...) serves any
domain. Points are float64 on the CPU: the same seed gives the same points on every device.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.geometry.face import Face as Face
from pinn_metakan.geometry.face import checked_side as checked_side
from pinn_metakan.geometry.face import linear_factor
from pinn_metakan.geometry.face import projected as projected
from pinn_metakan.geometry.patch import Patch, away_from, chosen_patches, drawn_on
from pinn_metakan.geometry.probing import estimated_volume, size_of, surrounded

#: By how much points on the boundary may miss a domain for rounding, relative to its size.
ROUNDING = 1e-9
#: How far a point of a part of the boundary may be from it, relative to the size of the domain.
ON_BOUNDARY = 1e-7

Numbers = Sequence[float] | None


class Domain(ABC):
    r"""A region of R^d.

    A domain of your own sets `bounds` and writes `contains`: then points are drawn in the bounds,
    and those that lie outside are rejected. Conditions on its boundary need `boundary`, and
    `factor` makes Dirichlet conditions hold by construction. An ellipse with half axes 2 and 1:

    >>> class Ellipse(Domain):
    ...     bounds = ((-2.0, 2.0), (-1.0, 1.0))
    ...
    ...     def contains(self, points):
    ...         return self.factor(points) >= -1e-9
    ...
    ...     def boundary(self, unit):
    ...         angle = 2 * torch.pi * unit[:, 0]
    ...         points = torch.stack([2 * angle.cos(), angle.sin()], dim=1)
    ...         normals = torch.stack([angle.cos() / 2, angle.sin()], dim=1)
    ...         return points, normals / normals.norm(dim=1, keepdim=True)
    ...
    ...     def factor(self, points):
    ...         x, y = points.unbind(1)
    ...         return 1 - (x / 2) ** 2 - y**2
    >>> Ellipse().contains(torch.tensor([[1.9, 0.0], [1.9, 0.9]])).tolist()
    [True, False]

    Attributes:
        bounds: Smallest box that holds the domain, one (low, high) for each coordinate.
        dimension: Number of coordinates d; as many as bounds.
        unit_dimension: How many unit random numbers one interior point takes; d unless set.
        boundary_unit_dimension: How many unit random numbers one boundary point takes; d unless
            set, one to choose a part of the boundary and the others a place on it.
        faces: The flat faces across a coordinate; none unless set.
        patches: The curves or surfaces that the boundary of space is made of; none unless set.
        parts: Names of the parts of the boundary of space; those of the patches unless set.
        volume: Its volume; estimated by points in the bounds unless set.
        is_bounded_by_faces: Whether the domain is a box, of which `faces` are the whole boundary.
        parameter_axes: Columns of parameters, which are no part of space.
        logarithmic_axes: Columns of coordinates on a logarithmic scale.
    """

    bounds: tuple[tuple[float, float], ...]
    is_bounded_by_faces: bool = False
    parameter_axes: tuple[int, ...] = ()
    logarithmic_axes: tuple[int, ...] = ()

    @cached_property
    def dimension(self) -> int:
        """Number of coordinates d."""
        return len(self.bounds)

    @cached_property
    def unit_dimension(self) -> int:
        """How many unit random numbers one interior point takes."""
        return self.dimension

    @cached_property
    def boundary_unit_dimension(self) -> int:
        """How many unit random numbers one boundary point takes."""
        return self.dimension

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """The flat faces across a coordinate."""
        return ()

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """The curves or surfaces that the boundary of space is made of."""
        return ()

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts of the boundary of space, which do not overlap."""
        return tuple(dict.fromkeys(patch.names[0] for patch in self.patches))

    @cached_property
    def aliases(self) -> tuple[str, ...]:
        """Other names that select some of the patches; they may overlap parts."""
        names = dict.fromkeys(name for patch in self.patches for name in patch.names)
        return tuple(name for name in names if name not in self.parts)

    @cached_property
    def volume(self) -> float:
        """Volume [product of the units of the coordinates], estimated by points in the bounds."""
        return estimated_volume(self.contains, self.bounds)

    @cached_property
    def depth(self) -> float:
        """How deep the domain is: d times its volume over the area of its boundary; R of a ball."""
        return self.dimension * self.volume / sum(patch.size for patch in self.patches)

    def named(self, names: str | Mapping[str, str]) -> "Domain":
        """Call the whole boundary by one name, or parts by new names, as `geometry.named` says."""
        from pinn_metakan.geometry.named import Named  # a Domain itself

        return Named(self, names)

    def translated(self, offset: Sequence[float]) -> "Domain":
        """Move the domain by a vector."""
        from pinn_metakan.geometry.moved import translated  # a Domain itself

        return translated(self, offset)

    def rotated(self, angle: float, axis: Numbers = None, about: Numbers = None) -> "Domain":
        """Turn the domain about a point, in space around an axis; see `geometry.moved`."""
        from pinn_metakan.geometry.moved import rotated  # a Domain itself

        return rotated(self, angle, axis, about)

    def __or__(self, other: "Domain") -> "Domain":
        """Make the union with another domain."""
        from pinn_metakan.geometry.combined import union  # which is a domain itself

        return union(self, other)

    def __and__(self, other: "Domain") -> "Domain":
        """Make the intersection with another domain."""
        from pinn_metakan.geometry.combined import intersection  # a Domain itself

        return intersection(self, other)

    def __sub__(self, other: "Domain") -> "Domain":
        """Leave out the inside of another domain."""
        from pinn_metakan.geometry.combined import difference  # a Domain itself

        return difference(self, other)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(bounds={self.bounds})"

    @property
    def space(self) -> "Domain":
        """The spatial part of the domain."""
        return self

    @property
    def without_parameters(self) -> "Domain":
        """The domain for one value of each parameter."""
        return self

    @property
    def time_axis(self) -> int | None:
        """Index of the time coordinate, None for a steady domain."""
        return None

    @property
    def start(self) -> float | None:
        """First time [unit of time], None for a steady domain."""
        return None

    def during(self, start: float, end: float) -> "Domain":
        """Make the part of the domain between two times [unit of time].

        Raises:
            ValueError: If there is no time.
        """
        raise ValueError(f"{self!r} has no time")

    @abstractmethod
    def contains(self, points: Tensor) -> Tensor:
        """Tell which points (N, d) lie in the closed domain, as booleans (N,)."""

    def along(self, axes: Collection[int], unit: Tensor) -> Tensor:
        """Map unit numbers to coordinates within the bounds.

        Args:
            axes: Columns of k coordinates.
            unit: Numbers in [0, 1], shape (N, k).

        Returns:
            Their values, shape (N, k).
        """
        low, high = torch.tensor(self.bounds, dtype=unit.dtype)[list(axes)].T
        return low + unit * (high - low)

    def interior(self, unit: Tensor) -> Tensor:
        """Map unit random numbers to points, uniform in volume where they lie in the domain.

        Points outside are rejected when they are drawn. As it is here, the unit cube is scaled to
        the bounds; a domain that few points of its bounds lie in should do better.

        Args:
            unit: Numbers in [0, 1], shape (N, unit_dimension).

        Returns:
            Points (N, d).
        """
        low, high = torch.tensor(self.bounds, dtype=unit.dtype).T
        return low + unit * (high - low)  # (N, d)

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Map unit random numbers to points of the boundary of space and outward normals.

        Args:
            unit: Numbers in [0, 1], shape (N, boundary_unit_dimension).

        Returns:
            Points (N, d), uniform in area, and outward unit normals (N, d), zero along time.

        Raises:
            NotImplementedError: Unless the domain says how.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not say where its boundary is: write boundary(self, unit),"
            " which maps numbers in [0, 1] to points (N, d) and outward normals (N, d)"
        )

    def part_boundary(self, names: Collection[str], unit: Tensor) -> tuple[Tensor, Tensor]:
        """Do as `boundary` on parts of it: points are uniform in their total area."""
        return drawn_on(chosen_patches(self.patches, names), unit)

    def part_size(self, name: str) -> float:
        """Length or area of a part of the boundary of space."""
        return sum(patch.size for patch in chosen_patches(self.patches, [name]))

    def part_factor(self, points: Tensor, names: Collection[str]) -> Tensor | None:
        """Do as `factor` on parts of the boundary; it is positive elsewhere on the boundary."""
        return self.patches_factor(points, chosen_patches(self.patches, names))

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
        """Evaluate what `part_factor` does for one or more of `patches`."""
        return self.outside_factor(points, patches)

    def outside_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
        """Evaluate a / (depth + a), where a is `Patch.away`, which is positive outside too."""
        if not all(patch.has_away for patch in patches):
            return None
        away = away_from(patches, points)
        return away / (self.depth + away)

    def on_part(self, points: Tensor, name: str) -> Tensor:
        """Tell which points (N, d) lie on a closed part of the boundary, as booleans (N,)."""
        tolerance = ON_BOUNDARY * size_of(self.bounds)
        patches = chosen_patches(self.patches, [name])
        return torch.stack([patch.holds(points, tolerance) for patch in patches]).any(dim=0)

    def on_boundary(self, points: Tensor) -> Tensor:
        """Tell which points (N, d) of the domain lie on the boundary of space, as booleans (N,)."""
        if self.patches:
            return torch.stack([self.on_part(points, part) for part in self.parts]).any(dim=0)
        return ~surrounded(self.contains, points, ON_BOUNDARY * size_of(self.bounds))

    def factor(self, points: Tensor) -> Tensor | None:
        """Evaluate a function that vanishes to first order on the whole boundary of space.

        Args:
            points: Shape (N, d), of any dtype and device; differentiated by torch.

        Returns:
            Numbers (N,), positive inside and at most about 1; None, as here, if no such function
            is known: then conditions on the whole boundary are soft.
        """
        return None

    def face_factor(self, points: Tensor, faces: Collection[Face]) -> Tensor | None:
        """Evaluate a function that vanishes to first order on some of the flat faces.

        Args:
            points: Shape (N, d).
            faces: One or more of `faces`.

        Returns:
            Numbers (N,), positive inside and at most 1; None if no such function is known, as here
            for faces that are not at the bounds.
        """
        return linear_factor(self.bounds, points, faces)
