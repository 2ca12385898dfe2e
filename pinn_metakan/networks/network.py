"""What every network offers to the rest of the package: layers that are features times weights."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from pinn_metakan.derivatives.taylor import VALUES, JetSpace
from pinn_metakan.untrusted.shapes import refuse_unlike

#: What a module's parameters are multiplied by: a parameter and its block of a Jacobian, (N, size).
ParameterBlock = tuple[nn.Parameter, Tensor]


def outer_products(slopes: Tensor, features: Tensor) -> Tensor:
    """Sum products over the entries of jets: (J, N, o) and (J, N, K) -> (N, o, K)."""
    return torch.bmm(slopes.permute(1, 2, 0), features.transpose(0, 1))


class Layer(nn.Module, ABC):
    """A layer: functions of its inputs, combined by its weights."""

    @abstractmethod
    def weights(self) -> Tensor:
        """Weights, shape (o, K)."""

    @abstractmethod
    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """Compute what depends on the inputs alone: the features, if the weights multiply those.

        Args:
            space: Which derivatives are carried.
            x: Jets of the inputs, shape (J, N, i).

        Returns:
            Shape (J, N, ...).
        """

    @abstractmethod
    def combine(self, space: JetSpace, prepared: Tensor, weights: Tensor) -> Tensor:
        """Jets of the outputs.

        Values alone can be differentiated any number of times; where derivatives are carried, the
        jets may be differentiable once.

        Args:
            space: Which derivatives are carried.
            prepared: What `prepare` returned.
            weights: What `weights` returned, shape (o, K).

        Returns:
            Shape (J, N, o).
        """

    @abstractmethod
    def jacobian(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> Tensor:
        """Differentiate one number per point in the weights.

        Args:
            space: Which derivatives are carried.
            prepared: What `prepare` returned.
            slopes: Its derivatives in the jets of the outputs, shape (J, N, o).
            weights: What `weights` returned.

        Returns:
            Shape (N, o, K).
        """

    def pushed(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor, direction: Tensor
    ) -> Tensor:
        """Differentiate one number per point along a direction of the weights.

        Args:
            space: Which derivatives are carried.
            prepared: What `prepare` returned.
            slopes: Its derivatives in the jets of the outputs, shape (J, N, o).
            weights: What `weights` returned.
            direction: Shape (o, K).

        Returns:
            Shape (N,); a layer that is linear in its weights needs no Jacobian for it.
        """
        jacobian = self.jacobian(space, prepared, slopes, weights)
        return torch.einsum("nok,ok->n", jacobian, direction)

    @abstractmethod
    def blocks_in_parameters(self, jacobian: Tensor) -> list[ParameterBlock]:
        """Turn a Jacobian in the weights (N, o, K) into one in what they come from."""

    @abstractmethod
    def prompts(self) -> list[nn.Parameter]:
        """The prompts, which train at a rate of their own; empty for stored weights."""

    def linear_parameters(self) -> list[nn.Parameter]:
        """Parameters that the outputs are affine in, all together; empty where none is known."""
        return []

    def evaluate(self, x: Tensor, weights: Tensor) -> Tensor:
        """Evaluate at points: (N, i) and (o, K) -> (N, o), differentiable any number of times."""
        return self.combine(VALUES, self.prepare(VALUES, x.unsqueeze(0)), weights)[0]

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate with fresh weights: (N, i) -> (N, o)."""
        return self.evaluate(x, self.weights())

    def product(self, space: JetSpace, x: Tensor, weights: Tensor) -> Tensor:
        """Jets of the outputs from those of the inputs; differentiable once.

        Args:
            space: Which derivatives are carried.
            x: Jets of the inputs, shape (J, N, i).
            weights: What `weights` returned.

        Returns:
            Shape (J, N, o), equal to `combine` of `prepare`; a layer may keep less for the backward
            pass.
        """
        return self.combine(space, self.prepare(space, x), weights)

    def blocks_outside_weights(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> list[ParameterBlock]:
        """Differentiate one number per point in the parameters that the weights do not come from.

        Args:
            space: Which derivatives are carried.
            prepared: What `prepare` returned.
            slopes: Its derivatives in the jets of the outputs, shape (J, N, o).
            weights: What `weights` returned.

        Returns:
            Each such parameter and its block; most layers have none.
        """
        return []


class Network(nn.Module, ABC):
    """A chain of layers whose weights are made once and then used at many points.

    Attributes:
        widths: Inputs, hidden widths and outputs.
    """

    widths: tuple[int, ...]

    @property
    @abstractmethod
    def edge_coefficients(self) -> int | None:
        """D, coefficients per edge; None for a network without edge functions."""

    @property
    def is_generated(self) -> bool:
        """Whether weights are generated, so that `baked` changes what is trained."""
        return False

    @abstractmethod
    def chain(self) -> list[Layer]:
        """The layers, first to last."""

    @abstractmethod
    def describe(self) -> str:
        """One line on what the network is made of."""

    @abstractmethod
    def baked(self) -> "Network":
        """A network with the same outputs whose weights are all stored, none generated."""

    def alternatives(self) -> "Sequence[Network]":
        """Networks to choose one from by the residual before training; none for most networks."""
        return ()

    def weights(self) -> tuple[Tensor, ...]:
        """Weights (o, K) of all layers; a MetaKAN generates them here, once per step."""
        return tuple(layer.weights() for layer in self.chain())

    def evaluate(self, x: Tensor, weights: Sequence[Tensor]) -> Tensor:
        """Evaluate at points.

        Args:
            x: Inputs, shape (N, i), dimensionless, in [-1, 1].
            weights: What `weights` returned.

        Returns:
            Outputs, shape (N, o); they can be differentiated any number of times.
        """
        for layer, w in zip(self.chain(), weights, strict=True):
            x = layer.evaluate(x, w)
        return x

    def evaluate_jets(
        self, space: JetSpace, first: Tensor, weights: Sequence[Tensor]
    ) -> list[Tensor]:
        """Carry jets through the layers.

        Args:
            space: Which derivatives are carried.
            first: What the first layer's `prepare` returned, which depends on the points alone.
            weights: What `weights` returned.

        Returns:
            The outputs (J, N, o) of each layer; the last are the network's.
        """
        outputs = [self.chain()[0].combine(space, first, weights[0])]
        for layer, w in zip(self.chain()[1:], weights[1:], strict=True):
            outputs.append(layer.product(space, outputs[-1], w))
        return outputs

    def jacobian(
        self,
        space: JetSpace,
        first: Tensor,
        outputs: Sequence[Tensor],
        slopes: Sequence[Tensor],
        weights: Sequence[Tensor],
    ) -> Tensor:
        """Differentiate one number per point in all parameters.

        Args:
            space: Which derivatives are carried.
            first: What the first layer's `prepare` returned.
            outputs: What `evaluate_jets` returned, (J, N, o) each.
            slopes: The number's derivatives in each layer's outputs, (J, N, o) each.
            weights: What `weights` returned.

        Returns:
            Shape (N, P), columns in the order of `parameters`; what layers share is summed.
        """
        prepared = self.prepared(space, first, outputs)
        blocks: dict[int, Tensor] = {}
        for layer, *given in zip(self.chain(), prepared, slopes, weights, strict=True):
            through_weights = layer.blocks_in_parameters(layer.jacobian(space, *given))
            for parameter, block in [
                *through_weights,
                *layer.blocks_outside_weights(space, *given),
            ]:
                key = id(parameter)
                blocks[key] = blocks[key] + block if key in blocks else block
        return torch.cat([blocks[id(p)] for p in self.parameters()], dim=1)

    def prepared(self, space: JetSpace, first: Tensor, outputs: Sequence[Tensor]) -> list[Tensor]:
        """What `prepare` returns for each layer; arguments as those of `jacobian`."""
        pairs = zip(self.chain()[1:], outputs, strict=False)
        return [first, *(layer.prepare(space, x) for layer, x in pairs)]

    def prompts(self) -> list[nn.Parameter]:
        """The prompts of all layers."""
        return [prompt for layer in self.chain() for prompt in layer.prompts()]

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate with fresh weights: (N, i) -> (N, o)."""
        return self.evaluate(x, self.weights())

    @torch.no_grad()
    def put_buffers(self, stored: Mapping[str, Tensor]) -> None:
        """Take buffers by name from a checkpoint; those that it does not have stay.

        Raises:
            RunFolderError: If one has another shape.
        """
        for name, buffer in self.named_buffers():
            if name in stored:
                refuse_unlike(stored[name], buffer, f"buffers.{name}")
                buffer.copy_(stored[name])

    @property
    def n_parameters(self) -> int:
        """Number of trainable parameters; one that layers share counts once."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)
