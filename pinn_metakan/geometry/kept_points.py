"""Which points of a boundary are left when two domains are combined."""

from typing import Literal

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.own_boundary import level_of
from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.probing import size_of

# All: docs/decisions/0035-domains.md.
#: A step across a boundary, relative to the size of the domain: larger than tolerances.
_ACROSS = 1e-6
#: Points of a curve on another boundary of so many, and how many may be crossings.
_COMPARED, _CROSSINGS = 101, 8

Operation = Literal["|", "&", "-"]


class KeptPoints:
    """Which points of a member's patches are on the boundary of the combined domain.

    Args:
        operation: How the members are combined.
        member: Whose patches.
        other: The other one.
        is_second: Whether the member is the second one.
    """

    def __init__(self, operation: Operation, member: Domain, other: Domain, is_second: bool):
        self._operation, self._member, self._other = operation, member, other
        self._is_second = is_second
        self._step = _ACROSS * min(size_of(member.bounds), size_of(other.bounds))

    def __call__(self, points: Tensor, normals: Tensor) -> Tensor:
        """Whether a step along the normal leads out, and one back in, (N,).

        Where both members have a boundary, it is the first one's.

        Args:
            points: On a patch of the member, (N, d).
            normals: There, (N, d).

        Returns:
            Booleans (N,).
        """
        behind, ahead = points - self._step * normals, points + self._step * normals
        other = [self._other.contains(side) for side in (behind, ahead)]
        keep = self._is_left(behind, other[0]) & ~self._is_left(ahead, other[1])
        return keep & (other[0] == other[1]) if self._is_second else keep

    def is_along(self, points: Tensor) -> Tensor:
        """Whether points are on the boundary of the other member, (N,)."""
        is_along = self._other.contains(points)
        is_along[is_along.clone()] = self._other.on_boundary(points[is_along])
        return is_along

    def lies_along(self, patch: Patch) -> bool:
        """Whether some of a curve is on the boundary of the other member."""
        if patch.between(0.0, 1.0) is None:
            return False
        unit = torch.linspace(0, 1, _COMPARED, dtype=torch.float64)[:, None]
        return int(self.is_along(patch.at(unit)[0]).sum()) > _CROSSINGS

    def inside(self, points: Tensor) -> Tensor:
        """The distance from the boundary of the other member, negative where nothing is kept."""
        in_is_kept = self._operation == "&" or (self._operation == "-" and self._is_second)
        level = level_of(self._other, points)
        return level if in_is_kept else -level

    def _is_left(self, points: Tensor, in_other: Tensor) -> Tensor:
        in_member = self._member.contains(points)
        if self._operation == "|":
            return in_member | in_other
        if self._operation == "&":
            return in_member & in_other
        return in_other & ~in_member if self._is_second else in_member & ~in_other
