"""Random features: one hidden layer of fixed tanh functions, of which only the sum is trained."""

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.elementwise import tanh_derivatives
from pinn_metakan.networks.linear import MatrixLayer, with_constant
from pinn_metakan.networks.network import Layer, Network

#: Spreads that a network of open spread offers (docs/decisions/0017-linear-start.md).
SPREADS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
#: The spread of a network that nobody has chosen one for.
_FIRST_SPREAD = 1.0


class FeatureSum(MatrixLayer):
    r"""y = C phi(x) + b with fixed features phi_j(x) = tanh(s a_j . (x - p_j)).

    Args:
        directions: a, shape (K, i).
        centers: p, where the features change their sign, shape (K, i).
        spread: s [-]; the larger, the steeper the features.
        matrix: C and b, shape (o, K + 1).
    """

    directions: Tensor
    centers: Tensor
    spread: Tensor

    def __init__(self, directions: Tensor, centers: Tensor, spread: float, matrix: Tensor):
        super().__init__(matrix)
        self.register_buffer("directions", directions)
        self.register_buffer("centers", centers)
        self.register_buffer("spread", torch.tensor(spread).to(directions))

    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """Jets of the features and of the constant 1: (J, N, i) -> (J, N, K + 1)."""
        shift = (self.directions * self.centers).sum(dim=1, keepdim=True)
        slopes = self.spread * torch.cat([self.directions, -shift], dim=1)  # (K, i + 1)
        inner = with_constant(x) @ slopes.T  # (J, N, K)
        return with_constant(space.compose(tanh_derivatives(inner[0], space.order), inner))


class RandomFeatures(Network):
    r"""x -> C tanh(s A (x - p)) + b, where A is normal and p uniform in [-1, 1], both fixed.

    The plane where a feature changes its sign passes through p, inside the domain. Only C and b are
    parameters, (K + 1) o of them. The spread s decides how well K features do; where it is open, it
    is chosen among `SPREADS` before training.

    Args:
        widths: Inputs, number of features K, outputs.
        spread: s [-], 0 to leave it open.
        generator: CPU generator of A, p and a small start of C and b.

    Source: Huang, Zhu, Siew, Neurocomputing 70 (2006) 489-501 (extreme learning machines);
    Dong, Li, Comput. Methods Appl. Mech. Engrg. 387 (2021) 114129 (for PDEs).
    """

    def __init__(self, widths: Sequence[int], spread: float, generator: Generator):
        super().__init__()
        inputs, count, outputs = widths
        self.widths = (inputs, count, outputs)
        directions = torch.randn(count, inputs, generator=generator, dtype=torch.float64)
        centers = 2 * torch.rand(count, inputs, generator=generator, dtype=torch.float64) - 1
        start = torch.randn(outputs, count + 1, generator=generator, dtype=torch.float64)
        start /= count + 1
        self.layer = FeatureSum(directions, centers, spread or _FIRST_SPREAD, start)
        self._is_open = spread == 0

    @property
    def edge_coefficients(self) -> None:
        """None: the edges are numbers."""
        return None

    def chain(self) -> list[Layer]:
        """The one layer."""
        return [self.layer]

    def describe(self) -> str:
        """One line on what the network is made of."""
        spread = "open" if self._is_open else f"{float(self.layer.spread):g}"
        return f"trained sum of fixed random tanh features, spread {spread}"

    def baked(self) -> "RandomFeatures":
        """The network itself: its weights are stored."""
        return self

    def alternatives(self) -> "tuple[RandomFeatures, ...]":
        """The network with each of `SPREADS`, if its spread is open."""
        return tuple(self._of_spread(spread) for spread in SPREADS) if self._is_open else ()

    def _of_spread(self, spread: float) -> "RandomFeatures":
        """The same features, steeper or flatter, and a sum of their own."""
        other = RandomFeatures(self.widths, spread, Generator().manual_seed(0))
        here = self.layer
        other.layer = FeatureSum(here.directions, here.centers, spread, here.matrix)
        return other
