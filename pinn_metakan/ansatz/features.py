"""Features: coordinates made into network inputs in [-1, 1]."""

import math
from collections.abc import Collection

import torch
from torch import Tensor, nn

from pinn_metakan.ansatz.flat_ends import flat_ends
from pinn_metakan.derivatives.constant_jets import constant_jets
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.pde.condition import Kink
from pinn_metakan.pde.own_features import OwnFeatures


class Features(nn.Module):
    r"""Scale each coordinate to [-1, 1]; wrap a periodic one on a circle; measure from interfaces.

    .. math:: x \mapsto 2 \frac{x - a}{b - a} - 1, \qquad
        D \mapsto 2 \frac{\log D - \log a}{\log b - \log a} - 1, \qquad
        x \mapsto \left(\cos 2\pi\frac{x - a}{b - a}, \sin 2\pi\frac{x - a}{b - a}\right), \qquad
        x \mapsto 2 \frac{|x - c|}{\max(c - a, b - c)} - 1

    The second is for a logarithmic scale. The distance from an interface c lets slopes jump there,
    while the field is continuous. A coordinate with flat ends becomes two, of which no function has
    a slope there: see `FlatEnds`.

    Args:
        domain: Its bounds give a and b.
        periodic: Columns of the periodic coordinates.
        kinks: Interfaces, each once.
        flat: Faces across which no feature has a slope.
        own: Functions of the problem's own, scaled by the values that they have in the domain.
    """

    low: Tensor
    length: Tensor
    own_low: Tensor
    own_length: Tensor

    def __init__(
        self,
        domain: Domain,
        periodic: Collection[int] = (),
        kinks: Collection[Kink] = (),
        flat: Collection[Face] = (),
        own: OwnFeatures | None = None,
    ):
        super().__init__()
        self._given = (domain, periodic, kinks, (), own)
        bounds = torch.tensor(domain.bounds, dtype=torch.float64)
        self.register_buffer("low", bounds[:, 0])
        self.register_buffer("length", bounds[:, 1] - bounds[:, 0])
        self.periodic = sorted(periodic)
        self._logarithmic = [
            (axis, low, math.log(high / low))
            for axis, (low, high) in enumerate(domain.bounds)
            if axis in domain.logarithmic_axes
        ]
        self._flat = {ends.axis: ends for ends in flat_ends({(f.axis, f.sign) for f in flat})}
        wrapped = {*periodic, *self._flat}
        self.straight = [axis for axis in range(domain.dimension) if axis not in wrapped]
        self._kinks = [
            (axis, value, max(value - domain.bounds[axis][0], domain.bounds[axis][1] - value))
            for axis, value in sorted(kinks)
        ]
        pairs = len(self.periodic) + len(self._flat)
        self._own = own
        lowest = torch.tensor(() if own is None else own.lowest, dtype=torch.float64)
        largest = torch.tensor(() if own is None else own.largest, dtype=torch.float64)
        self.register_buffer("own_low", lowest)
        self.register_buffer("own_length", largest - lowest)
        self.size = len(self.straight) + 2 * pairs + len(self._kinks) + len(lowest)

    def without_flat_ends(self) -> "Features":
        """Features of which functions can have slopes everywhere."""
        return Features(*self._given).to(self.low)

    def forward(self, points: Tensor) -> Tensor:
        """Map points (N, d) to features (N, F)."""
        unit = self._unit(points)  # (N, d)
        parts = [2 * unit[:, self.straight] - 1]
        if self.periodic:
            angle = 2 * math.pi * unit[:, self.periodic]
            parts += [torch.cos(angle), torch.sin(angle)]
        parts += [ends.features(unit[:, axis]) for axis, ends in self._flat.items()]
        for axis, value, farthest in self._kinks:
            if axis in self._flat:
                parts.append(self._from_kink(unit, axis, value))
            else:
                parts.append(2 / farthest * (points[:, axis : axis + 1] - value).abs() - 1)
        if self._own is not None:
            parts.append(2 * (self._own.function(points) - self.own_low) / self.own_length - 1)
        return torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]

    def _from_kink(self, unit: Tensor, axis: int, value: float) -> Tensor:
        """The distance from an interface on a coordinate with flat ends, (N, 1)."""
        place = (value - self.low[axis]) / self.length[axis]
        risen = self._flat[axis].risen
        distance = (risen(unit[:, axis : axis + 1]) - risen(place)).abs()
        return 2 / (1 + risen(place).abs()) * distance - 1

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
        if self.periodic or self._kinks or self._logarithmic or self._flat or self._own:
            return constant_jets(self, self.size, points, space)
        jets = points.new_zeros(len(space), len(points), self.size)
        jets[0] = self(points)
        for entry, index in enumerate(space.indices):
            if isinstance(index, tuple) and len(index) == 1:
                jets[entry, :, index[0]] = 2 / self.length[index[0]]
        return jets
