"""The space of an ordinary differential equation, whose only coordinate is time."""

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import Domain


class Point(Domain):
    """A space of no dimension: one point without a coordinate and without a boundary.

    >>> Point().dimension
    0
    """

    bounds = ()
    is_bounded_by_faces = True
    volume = 1.0

    def __repr__(self) -> str:
        return "Point()"

    def contains(self, points: Tensor) -> Tensor:
        """True for all points (N, 0): there is but one."""
        return torch.ones(len(points), dtype=torch.bool, device=points.device)

    def interior(self, unit: Tensor) -> Tensor:
        """The point N times, shape (N, 0)."""
        return unit[:, :0]

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Refuse: there is no boundary.

        Raises:
            ValueError: Always.
        """
        raise ValueError(
            "there is no boundary, the only coordinate is time; take Initial or Terminal"
        )
