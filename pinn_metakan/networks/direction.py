"""A direction of a network's parameters, and derivatives along it."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.networks.network import Network


class Direction:
    """Derivatives of a network along a direction of all of its parameters.

    Args:
        network: The network, whose parameters stay as they are meanwhile.
        step: The direction: by the id of each parameter, in its shape.
    """

    def __init__(self, network: Network, step: Mapping[int, Tensor]):
        self._network, self._step = network, step
        self._of_weights = self._weights_along()

    @torch.no_grad()
    def pushed(
        self,
        space: JetSpace,
        first: Tensor,
        outputs: Sequence[Tensor],
        slopes: Sequence[Tensor],
        weights: Sequence[Tensor],
    ) -> Tensor:
        """Differentiate one number per point along the direction.

        Args:
            space: Which derivatives are carried.
            first: What the first layer's `prepare` returned.
            outputs: What `Network.evaluate_jets` returned, (J, N, o) each.
            slopes: The number's derivatives in each layer's outputs, (J, N, o) each.
            weights: What `Network.weights` returned.

        Returns:
            Shape (N,): `Network.jacobian` times the direction, which is not made for it.
        """
        total = torch.zeros_like(slopes[0][0, :, 0])
        prepared = self._network.prepared(space, first, outputs)
        given = zip(prepared, slopes, weights, strict=True)
        for layer, part, along in zip(self._network.chain(), given, self._of_weights, strict=True):
            total += layer.pushed(space, *part, along)
            for parameter, block in layer.blocks_outside_weights(space, *part):
                total += block @ self._step[id(parameter)].flatten()
        return total

    @torch.enable_grad()
    def _weights_along(self) -> Sequence[Tensor]:
        """The weights of all layers along the direction, (o, K) each."""
        # The gradient of v . W along the step is linear in v: its derivative in v is sought.
        own, weights = list(self._network.parameters()), self._network.weights()
        v = [torch.zeros_like(w, requires_grad=True) for w in weights]
        pairs = [(w, each) for w, each in zip(weights, v, strict=True) if w.requires_grad]
        gradients = torch.autograd.grad(
            [w for w, _ in pairs],
            own,
            [each for _, each in pairs],
            create_graph=True,
            materialize_grads=True,
            allow_unused=True,
        )
        along = [(g * self._step[id(p)]).sum() for p, g in zip(own, gradients, strict=True)]
        total = torch.stack(along).sum()
        return torch.autograd.grad(total, v, allow_unused=True, materialize_grads=True)
