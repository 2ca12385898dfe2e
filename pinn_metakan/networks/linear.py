"""Layers of one matrix, and the one that is linear: the first of an MLP or a MetaKAN."""

import math

import torch
from torch import Generator, Tensor, nn

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.networks.network import Layer, ParameterBlock, outer_products


class MatrixLayer(Layer):
    """y = W f(x) + b with features f of a subclass, whose `prepare` ends with the constant 1.

    Args:
        matrix: W and b at the start, shape (o, K + 1).
    """

    def __init__(self, matrix: Tensor):
        super().__init__()
        self.matrix = nn.Parameter(matrix.detach().clone())

    def combine(self, space: JetSpace, prepared: Tensor, weights: Tensor) -> Tensor:
        """Multiply by the weights."""
        return prepared @ weights.T

    def jacobian(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> Tensor:
        """Outer products of slopes and features, shape (N, o, K + 1)."""
        return outer_products(slopes, prepared)

    def pushed(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor, direction: Tensor
    ) -> Tensor:
        """Multiply by the direction, as outputs are linear in W and b; see `Layer.pushed`."""
        return (slopes * self.combine(space, prepared, direction)).sum(dim=(0, 2))

    def weights(self) -> Tensor:
        """W and b as one matrix (o, K + 1)."""
        return self.matrix

    def blocks_in_parameters(self, jacobian: Tensor) -> list[ParameterBlock]:
        """The Jacobian itself: the weights are the parameters."""
        return [(self.matrix, jacobian.flatten(1))]

    def prompts(self) -> list[nn.Parameter]:
        """No prompts."""
        return []

    def linear_parameters(self) -> list[nn.Parameter]:
        """All parameters, W and b."""
        return [self.matrix]


class Linear(MatrixLayer):
    """y = W x + b."""

    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """Jets of x and of the constant 1: (J, N, i) -> (J, N, i + 1)."""
        return with_constant(x)


def with_constant(x: Tensor) -> Tensor:
    """Append the jets of the constant 1: (J, N, i) -> (J, N, i + 1)."""
    constant = torch.zeros_like(x[..., :1])
    constant[0] = 1.0
    return torch.cat([x, constant], dim=2)


def random_matrix(inputs: int, outputs: int, generator: Generator) -> Tensor:
    """Draw W as Glorot and Bengio (2010) do, sqrt(2 / (i + o)) N(0, 1), with b = 0: (o, i + 1)."""
    start = torch.randn(outputs, inputs, generator=generator, dtype=torch.float64)
    start *= math.sqrt(2 / (inputs + outputs))
    bias = torch.zeros(outputs, 1, dtype=torch.float64)
    return torch.cat([start, bias], dim=1)
