"""The multilayer perceptron: the baseline that KANs are measured against."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn

from pinn_metakan.networks.network import Network


class MLP(Network):
    r"""x -> W_L tanh(... tanh(W_1 x + b_1) ...) + b_L, with the start of Glorot and Bengio (2010).

    Args:
        widths: n_0 ... n_L; it has sum_l (n_l + 1) n_{l+1} parameters.
        generator: CPU generator of the random start.
    """

    def __init__(self, widths: Sequence[int], generator: Generator):
        super().__init__()
        self.widths = tuple(widths)
        self.layer_weights = nn.ParameterList()
        self.layer_biases = nn.ParameterList()
        for inputs, outputs in pairwise(widths):
            start = torch.randn(outputs, inputs, generator=generator, dtype=torch.float64)
            self.layer_weights.append(nn.Parameter(start * math.sqrt(2 / (inputs + outputs))))
            self.layer_biases.append(nn.Parameter(torch.zeros(outputs, dtype=torch.float64)))

    def weights(self) -> tuple[Tensor, ...]:
        """Give the matrices, then the biases."""
        return (*self.layer_weights, *self.layer_biases)

    def evaluate(self, x: Tensor, weights: Sequence[Tensor]) -> Tensor:
        """Pass the points through the layers; see `Network.evaluate`."""
        depth = len(weights) // 2
        for index, (weight, bias) in enumerate(zip(weights[:depth], weights[depth:], strict=True)):
            x = torch.addmm(bias, torch.tanh(x) if index else x, weight.T)  # (N, n)
        return x

    def prompts(self) -> list[nn.Parameter]:
        """Give none."""
        return []

    def describe(self) -> str:
        """Say what the network is made of."""
        return "tanh layers with biases"
