"""What every network offers to the rest of the package: layers that are features times weights."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pinn_metakan.derivatives.taylor import VALUES, JetSpace

#: What a module's parameters are multiplied by: a parameter and its block of a Jacobian, (N, size).
ParameterBlock = tuple[nn.Parameter, Tensor]


class Layer(nn.Module, ABC):
    """A layer y = F(x) w^T: features of its inputs times its weights."""

    @abstractmethod
    def features(self, space: JetSpace, x: Tensor) -> Tensor:
        """Give the jets of the features.

        Args:
            space: Which derivatives are carried.
            x: Jets of the inputs, shape (J, N, i).

        Returns:
            Shape (J, N, K).
        """

    @abstractmethod
    def weights(self) -> Tensor:
        """Give the weights, shape (o, K)."""

    @abstractmethod
    def product(self, space: JetSpace, x: Tensor, weights: Tensor) -> Tensor:
        """Give the jets of the outputs; they can be differentiated once.

        Args:
            space: Which derivatives are carried.
            x: Jets of the inputs, shape (J, N, i).
            weights: What `weights` gave.

        Returns:
            Shape (J, N, o), equal to features times weights.
        """

    @abstractmethod
    def pull_back(self, jacobian: Tensor) -> list[ParameterBlock]:
        """Take a Jacobian in the weights (N, o, K) to one in the layer's parameters."""

    @abstractmethod
    def prompts(self) -> list[nn.Parameter]:
        """Give the prompts, which train at a rate of their own; empty unless generated."""


class Network(nn.Module, ABC):
    """A chain of layers whose weights are made once and then used at many points.

    Attributes:
        widths: Inputs, hidden widths and outputs.
    """

    widths: tuple[int, ...]

    @abstractmethod
    def chain(self) -> list[Layer]:
        """Give the layers, first to last."""

    @abstractmethod
    def describe(self) -> str:
        """Say in one line what the network is made of."""

    @abstractmethod
    def baked(self) -> "Network":
        """Give a network with the same outputs whose weights are all stored, none generated."""

    def weights(self) -> tuple[Tensor, ...]:
        """Give the weights (o, K) of all layers; a MetaKAN generates them here, once a step."""
        return tuple(layer.weights() for layer in self.chain())

    def evaluate(self, x: Tensor, weights: Sequence[Tensor]) -> Tensor:
        """Evaluate at points.

        Args:
            x: Inputs, shape (N, i), dimensionless, in [-1, 1].
            weights: What `weights` gave.

        Returns:
            Outputs, shape (N, o); they can be differentiated any number of times.
        """
        for layer, w in zip(self.chain(), weights, strict=True):
            x = layer.features(VALUES, x.unsqueeze(0))[0] @ w.T
        return x

    def evaluate_jets(
        self, space: JetSpace, first: Tensor, weights: Sequence[Tensor]
    ) -> list[Tensor]:
        """Carry jets through the layers.

        Args:
            space: Which derivatives are carried.
            first: The features of the first layer, (J, N, K), which depend on the points alone.
            weights: What `weights` gave.

        Returns:
            The outputs (J, N, o) of each layer; the last are the network's.
        """
        outputs = [first @ weights[0].T]
        for layer, w in zip(self.chain()[1:], weights[1:], strict=True):
            outputs.append(layer.product(space, outputs[-1], w))
        return outputs

    def pull_back(self, jacobians: Sequence[Tensor]) -> Tensor:
        """Take Jacobians in the weights of the layers to one in all parameters.

        Args:
            jacobians: One (N, o, K) a layer.

        Returns:
            Shape (N, P), columns in the order of `parameters`; what layers share is summed.
        """
        blocks: dict[int, Tensor] = {}
        for layer, jacobian in zip(self.chain(), jacobians, strict=True):
            for parameter, block in layer.pull_back(jacobian):
                key = id(parameter)
                blocks[key] = blocks[key] + block if key in blocks else block
        return torch.cat([blocks[id(p)] for p in self.parameters()], dim=1)

    def prompts(self) -> list[nn.Parameter]:
        """Give the prompts of all layers."""
        return [prompt for layer in self.chain() for prompt in layer.prompts()]

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate with fresh weights: (N, i) -> (N, o)."""
        return self.evaluate(x, self.weights())

    @property
    def n_parameters(self) -> int:
        """Number of trainable parameters; one that layers share counts once."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)
