"""Weights of the points of soft conditions that vanish where two conditions disagree.

No smooth field has both values at a corner. With equal weights a fit spends most of what it can do
on the points nearest to it, and is wrong farther away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import Domain


@dataclass(frozen=True)
class Meeting:
    """Where two planes meet, such as a wall and the first time.

    Args:
        axes: Columns of the two coordinates that are constant there.
        values: Their values.
    """

    axes: tuple[int, int]
    values: tuple[float, float]

    def distance(self, points: Tensor, domain: Domain) -> Tensor:
        """How far points (N, d) are, in parts of the domain along each axis, (N,)."""
        squares = torch.zeros_like(points[:, 0])
        for axis, value in zip(self.axes, self.values, strict=True):
            low, high = domain.bounds[axis]
            squares = squares + ((points[:, axis] - value) / (high - low)).square()
        return squares.sqrt()


def corner_weights(points: Tensor, meetings: Sequence[Meeting], domain: Domain) -> Tensor:
    """Weigh points by their distance to the nearest meeting; the mean is 1.

    Args:
        points: Shape (N, d).
        meetings: Where conditions disagree; at least one.
        domain: Its bounds are the unit of distances.

    Returns:
        What the square of a residual at each point counts for, (N,).
    """
    nearest = torch.stack([meeting.distance(points, domain) for meeting in meetings]).amin(dim=0)
    mean = nearest.mean()
    return nearest / mean if float(mean) > 0 else torch.ones_like(nearest)
