"""Features: coordinates made into network inputs in [-1, 1]."""

import math
from collections.abc import Collection

import torch
from torch import Tensor, nn

from pinn_metakan.derivatives.constant_jets import constant_jets
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.pde.condition import Kink


class Features(nn.Module):
    r"""Scale each coordinate to [-1, 1]; wrap a periodic one on a circle; measure from interfaces.

    .. math:: x \mapsto 2 \frac{x - a}{b - a} - 1, \qquad
        D \mapsto 2 \frac{\log D - \log a}{\log b - \log a} - 1, \qquad
        x \mapsto \left(\cos 2\pi\frac{x - a}{b - a}, \sin 2\pi\frac{x - a}{b - a}\right), \qquad
        x \mapsto 2 \frac{|x - c|}{\max(c - a, b - c)} - 1

    The second is for a logarithmic scale. The distance from an interface c lets slopes jump there,
    while the field is continuous.

    Args:
        domain: Its bounds give a and b.
        periodic: Columns of the periodic coordinates.
        kinks: Interfaces, each once.
    """

    low: Tensor
    length: Tensor

    def __init__(
        self, domain: Domain, periodic: Collection[int] = (), kinks: Collection[Kink] = ()
    ):
        super().__init__()
        bounds = torch.tensor(domain.bounds, dtype=torch.float64)
        self.register_buffer("low", bounds[:, 0])
        self.register_buffer("length", bounds[:, 1] - bounds[:, 0])
        self.periodic = sorted(periodic)
        self._logarithmic = [
            (axis, low, math.log(high / low))
            for axis, (low, high) in enumerate(domain.bounds)
            if axis in domain.logarithmic_axes
        ]
        self.straight = [axis for axis in range(domain.dimension) if axis not in periodic]
        self._kinks = [
            (axis, value, max(value - domain.bounds[axis][0], domain.bounds[axis][1] - value))
            for axis, value in sorted(kinks)
        ]
        self.size = len(self.straight) + 2 * len(self.periodic) + len(self._kinks)

    def forward(self, points: Tensor) -> Tensor:
        """Map points (N, d) to features (N, F)."""
        unit = self._unit(points)  # (N, d)
        parts = [2 * unit[:, self.straight] - 1]
        if self.periodic:
            angle = 2 * math.pi * unit[:, self.periodic]
            parts += [torch.cos(angle), torch.sin(angle)]
        for axis, value, farthest in self._kinks:
            parts.append(2 / farthest * (points[:, axis : axis + 1] - value).abs() - 1)
        return torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]

    def _unit(self, points: Tensor) -> Tensor:
        """Coordinates (N, d) from 0 at the lower to 1 at the upper bound, each on its scale."""
        unit = (points - self.low) / self.length
        if not self._logarithmic:
            return unit
        columns = list(unit.unbind(1))
        for axis, low, length in self._logarithmic:
            columns[axis] = torch.log(points[:, axis] / low) / length
        return torch.stack(columns, dim=1)

    def jets(self, points: Tensor, space: JetSpace) -> Tensor:
        """Evaluate the features and their derivatives, in closed form where all are straight.

        Args:
            points: Shape (N, d).
            space: Which derivatives are carried.

        Returns:
            Shape (J, N, F).
        """
        if self.periodic or self._kinks or self._logarithmic:
            return constant_jets(self, self.size, points, space)
        jets = points.new_zeros(len(space), len(points), self.size)
        jets[0] = self(points)
        for entry, index in enumerate(space.indices):
            if isinstance(index, tuple) and len(index) == 1:
                jets[entry, :, index[0]] = 2 / self.length[index[0]]
        return jets
