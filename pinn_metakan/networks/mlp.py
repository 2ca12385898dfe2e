"""The multilayer perceptron: the baseline that KANs are measured against."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.elementwise import tanh_derivatives
from pinn_metakan.networks.network import Layer, Network, ParameterBlock, outer_products


class TanhLinear(Layer):
    """y = W tanh(x) + b; without the tanh in a first layer.

    Args:
        inputs: i.
        outputs: o.
        is_first: Whether to leave out the tanh.
        generator: CPU generator of the random start, that of Glorot and Bengio (2010).
    """

    def __init__(self, inputs: int, outputs: int, is_first: bool, generator: Generator):
        super().__init__()
        start = torch.randn(outputs, inputs, generator=generator, dtype=torch.float64)
        start *= math.sqrt(2 / (inputs + outputs))
        bias = torch.zeros(outputs, 1, dtype=torch.float64)
        self.matrix = nn.Parameter(torch.cat([start, bias], dim=1))  # (o, i + 1), W and b
        self.is_first = is_first

    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """Jets of tanh(x) and of the constant 1: (J, N, i) -> (J, N, i + 1)."""
        if not self.is_first:
            x = space.compose(tanh_derivatives(x[0], space.order), x)
        constant = torch.zeros_like(x[..., :1])
        constant[0] = 1.0
        return torch.cat([x, constant], dim=2)

    def combine(self, space: JetSpace, prepared: Tensor, weights: Tensor) -> Tensor:
        """Multiply by the weights."""
        return prepared @ weights.T

    def jacobian(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> Tensor:
        """Outer products of slopes and features, shape (N, o, i + 1)."""
        return outer_products(slopes, prepared)

    def weights(self) -> Tensor:
        """W and b as one matrix (o, i + 1)."""
        return self.matrix

    def blocks_in_parameters(self, jacobian: Tensor) -> list[ParameterBlock]:
        """The Jacobian itself: the weights are the parameters."""
        return [(self.matrix, jacobian.flatten(1))]

    def prompts(self) -> list[nn.Parameter]:
        """No prompts."""
        return []


class MLP(Network):
    r"""x -> W_L tanh(... tanh(W_1 x + b_1) ...) + b_L.

    Args:
        widths: n_0 ... n_L; it has sum_l (n_l + 1) n_{l+1} parameters.
        generator: CPU generator of the random start.
    """

    def __init__(self, widths: Sequence[int], generator: Generator):
        super().__init__()
        self.widths = tuple(widths)
        self._layers = [
            TanhLinear(inputs, outputs, index == 0, generator)
            for index, (inputs, outputs) in enumerate(pairwise(widths))
        ]
        self.layers = nn.ModuleList(self._layers)

    @property
    def edge_coefficients(self) -> None:
        """None: the edges are numbers."""
        return None

    def chain(self) -> list[Layer]:
        """The layers, first to last."""
        return list(self._layers)

    def describe(self) -> str:
        """One line on what the network is made of."""
        return "tanh layers with biases"

    def baked(self) -> "MLP":
        """The network itself: its weights are stored."""
        return self
