"""Patches: the pieces of curves and surfaces that a boundary is made of."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence

import torch
from torch import Tensor

from pinn_metakan.geometry.trimming import joined


class Patch(ABC):
    """A closed piece of a curve or a surface, with an outward side.

    Attributes:
        names: What it is called: first the part of the boundary that it belongs to, then others
            that select it too.
        has_away: Whether `away` is known.
    """

    names: tuple[str, ...]
    has_away: bool = True

    @property
    @abstractmethod
    def size(self) -> float:
        """Its length or area [product of the units of the coordinates]."""

    @property
    @abstractmethod
    def unit_dimension(self) -> int:
        """How many unit random numbers one of its points takes."""

    @abstractmethod
    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Map unit numbers (N, unit_dimension) to points (N, d), uniform, and outward normals."""

    def between(self, low: float, high: float) -> "Patch | None":
        """Make the piece between two unit numbers; None, as here, if it is no curve."""
        return None

    @abstractmethod
    def away(self, points: Tensor) -> Tensor:
        """Evaluate a smooth function that vanishes to first order on the patch alone.

        Args:
            points: Shape (N, d), anywhere.

        Returns:
            Numbers (N,), positive but on the patch, like the distance from it near it [unit of the
            coordinates].
        """

    @abstractmethod
    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Tell which points (N, d) lie on the patch, within a distance, as booleans (N,)."""

    @abstractmethod
    def called(self, *names: str) -> "Patch":
        """Make the same patch with other names."""

    @abstractmethod
    def flipped(self) -> "Patch":
        """Make the same patch with its normals the other way."""

    def moved(self, rotation: Tensor, offset: Tensor) -> "Patch":
        """Make the patch of the points Q x + b, where Q rotates: (d, d), (d,)."""
        return MovedPatch(self, rotation, offset)


class MovedPatch(Patch):
    """The points Q x + b of a patch.

    Args:
        patch: The patch.
        rotation: Q, (d, d).
        offset: b, (d,).
    """

    def __init__(self, patch: Patch, rotation: Tensor, offset: Tensor):
        self._patch, self._rotation, self._offset = patch, rotation, offset
        self.names, self.has_away = patch.names, patch.has_away

    @property
    def size(self) -> float:
        """That of the patch."""
        return self._patch.size

    @property
    def unit_dimension(self) -> int:
        """That of the patch."""
        return self._patch.unit_dimension

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Move points and normals."""
        points, normals = self._patch.at(unit)
        return points @ self._rotation.T + self._offset, normals @ self._rotation.T

    def away(self, points: Tensor) -> Tensor:
        """Ask the patch."""
        return self._patch.away(moved_back(points, self._rotation, self._offset))

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Ask the patch."""
        return self._patch.holds(moved_back(points, self._rotation, self._offset), tolerance)

    def called(self, *names: str) -> "Patch":
        """Make the same patch with other names."""
        return MovedPatch(self._patch.called(*names), self._rotation, self._offset)

    def flipped(self) -> "Patch":
        """Exchange the sides."""
        return MovedPatch(self._patch.flipped(), self._rotation, self._offset)


def moved_back(points: Tensor, rotation: Tensor, offset: Tensor) -> Tensor:
    """The points x, (N, d), of which Q x + b are given."""
    return (points - offset.to(points)) @ rotation.to(points)


def chosen_patches(patches: Sequence[Patch], names: Collection[str]) -> list[Patch]:
    """Find the patches of parts.

    Args:
        patches: Those of a domain.
        names: Names of parts, or other names of patches.

    Returns:
        Those that have one of the names.

    Raises:
        ValueError: If a name is of none; the message lists the parts.
    """
    known = dict.fromkeys(patch.names[0] for patch in patches)
    for name in names:
        if not any(name in patch.names for patch in patches):
            raise ValueError(f"no part {name!r}; the boundary has {', '.join(known) or 'none'}")
    return [patch for patch in patches if not set(names).isdisjoint(patch.names)]


def drawn_on(patches: Sequence[Patch], unit: Tensor) -> tuple[Tensor, Tensor]:
    """Map unit numbers to points of several patches, uniform in their total size.

    The first number chooses the patch by its size; what is left of it is the first on the patch.

    Args:
        patches: One or more.
        unit: Numbers in [0, 1], as many per point as one of the patches takes at most.

    Returns:
        Points (N, d) and outward normals (N, d), float64.
    """
    sizes = torch.tensor([patch.size for patch in patches], dtype=torch.float64)
    ends = sizes.cumsum(0)
    place = unit[:, 0] * ends[-1]
    which = torch.bucketize(place, ends).clamp(max=len(patches) - 1)  # (N,)
    left = ((place - (ends - sizes)[which]) / sizes[which]).clamp(0.0, 1.0)
    inner = torch.cat([left[:, None], unit[:, 1:]], dim=1)
    rows, drawn = [], []
    for number in which.unique().tolist():
        chosen = (which == number).nonzero()[:, 0]
        rows.append(chosen)
        drawn.append(patches[number].at(inner[chosen, : patches[number].unit_dimension]))
    back = torch.cat(rows).argsort()
    return torch.cat([at[0] for at in drawn])[back], torch.cat([at[1] for at in drawn])[back]


def away_from(patches: Sequence[Patch], points: Tensor) -> Tensor:
    """Evaluate a function that vanishes to first order on some patches alone; see `Patch.away`."""
    return joined(torch.stack([patch.away(points) for patch in patches], dim=1))
