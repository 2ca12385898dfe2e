r"""A coordinate that leaves every function of it without slope at an end, or at both.

With the distance xi from an end, in parts of the whole, all smooth functions without slope at that
end are smooth functions of xi^2 and xi^3: the even part is one of xi^2, the odd part has no linear
term, and is xi^3 times one of xi^2. Of xi^2 alone (or a cosine) only even functions would be. At
both ends the same holds for 3 xi^2 - 2 xi^3 and xi^2 (1 - xi)^2.

Why these: docs/decisions/0033-hard-fluxes.md.
"""

from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor

#: How far the second function reaches; the first reaches 1 (docs/decisions/0033-hard-fluxes.md).
_HEIGHT = 0.25


@dataclass(frozen=True)
class FlatEnds:
    """Two functions of a coordinate whose slopes vanish at its ends; one of them rises.

    Args:
        axis: Column of the coordinate.
        at_low: Whether they vanish at the lower end.
        at_high: Whether they vanish at the upper end; one at least.
    """

    axis: int
    at_low: bool
    at_high: bool

    def risen(self, unit: Tensor) -> Tensor:
        """The one that rises, in [-1, 1], of the coordinate from 0 to 1, (N,)."""
        if self.at_low and self.at_high:
            return 2 * unit.square() * (3 - 2 * unit) - 1
        xi = unit if self.at_low else 1 - unit
        return 2 * xi.square() - 1

    def features(self, unit: Tensor) -> Tensor:
        """Both, about 0, of the coordinate from 0 to 1 (N,): (N, 2)."""
        if self.at_low and self.at_high:
            hump = 16 * (unit * (1 - unit)).square()
        else:
            xi = unit if self.at_low else 1 - unit
            hump = 27 / 4 * xi.square() * (1 - xi)
        return torch.stack([self.risen(unit), _HEIGHT * (2 * hump - 1)], dim=1)


def flat_ends(faces: Collection[tuple[int, int]]) -> list[FlatEnds]:
    """Gather the coordinates that have flat ends.

    Args:
        faces: The axis of each face and the sign of its outward normal.

    Returns:
        One for each axis, in their order.
    """
    axes = sorted({axis for axis, _ in faces})
    return [FlatEnds(axis, (axis, -1) in faces, (axis, 1) in faces) for axis in axes]
