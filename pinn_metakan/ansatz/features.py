"""Features: coordinates made into network inputs in [-1, 1]."""

import math
from collections.abc import Collection

import torch
from torch import Tensor, nn

from pinn_metakan.derivatives.constant_jets import constant_jets
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.geometry.domain import Domain


class Features(nn.Module):
    r"""Scale each coordinate to [-1, 1]; wrap a periodic one on a circle.

    .. math:: x \mapsto 2 \frac{x - a}{b - a} - 1, \qquad
        x \mapsto \left(\cos 2\pi\frac{x - a}{b - a}, \sin 2\pi\frac{x - a}{b - a}\right)

    Args:
        domain: Its bounds give a and b.
        periodic: Columns of the periodic coordinates.
    """

    low: Tensor
    length: Tensor

    def __init__(self, domain: Domain, periodic: Collection[int] = ()):
        super().__init__()
        bounds = torch.tensor(domain.bounds, dtype=torch.float64)
        self.register_buffer("low", bounds[:, 0])
        self.register_buffer("length", bounds[:, 1] - bounds[:, 0])
        self.periodic = sorted(periodic)
        self.straight = [axis for axis in range(domain.dimension) if axis not in periodic]
        self.size = len(self.straight) + 2 * len(self.periodic)

    def forward(self, points: Tensor) -> Tensor:
        """Map points (N, d) to features (N, F)."""
        unit = (points - self.low) / self.length  # (N, d)
        straight = 2 * unit[:, self.straight] - 1
        if not self.periodic:
            return straight
        angle = 2 * math.pi * unit[:, self.periodic]
        return torch.cat([straight, torch.cos(angle), torch.sin(angle)], dim=1)

    def jets(self, points: Tensor, space: JetSpace) -> Tensor:
        """Evaluate the features and their derivatives, in closed form where none is periodic.

        Args:
            points: Shape (N, d).
            space: Which derivatives are carried.

        Returns:
            Shape (J, N, F).
        """
        if self.periodic:
            return constant_jets(self, self.size, points, space)
        jets = points.new_zeros(len(space), len(points), self.size)
        jets[0] = self(points)
        for entry, index in enumerate(space.indices):
            if isinstance(index, tuple) and len(index) == 1:
                jets[entry, :, index[0]] = 2 / self.length[index[0]]
        return jets
