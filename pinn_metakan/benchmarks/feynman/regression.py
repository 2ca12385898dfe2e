"""Fitting a network to values, by the optimizers that solve equations."""

from collections.abc import Callable

import torch
from torch import Tensor

from pinn_metakan.derivatives.taylor import VALUES
from pinn_metakan.networks.network import Network
from pinn_metakan.optimizers.optimizer import Optimizer
from pinn_metakan.training.least_squares import LeastSquares
from pinn_metakan.training.stage import Stage
from pinn_metakan.training.trainer import Trainer


class Regression:
    """The residual vector (N(x) - y) / sqrt(N) of a network with one output.

    Its squared length is the mean squared error.

    Args:
        network: Maps (N, d) to (N, 1).
        inputs: x, shape (N, d).
        values: y, shape (N,).
    """

    def __init__(self, network: Network, inputs: Tensor, values: Tensor):
        self._network = network
        self._inputs, self._values = inputs, values

    def residual(self) -> Tensor:
        """Evaluate r, shape (N,)."""
        return (self._network(self._inputs)[:, 0] - self._values) / len(self._values) ** 0.5

    def loss(self) -> Tensor:
        """Evaluate |r|^2."""
        return self.residual().square().sum()

    def linearize(self) -> tuple[Tensor, Tensor]:
        """Evaluate r and its Jacobian (N, P)."""
        weights = tuple(w.detach() for w in self._network.weights())
        weights[0].requires_grad_()  # so that all outputs have a graph
        with torch.enable_grad():
            first = self._network.chain()[0].prepare(VALUES, self._inputs.unsqueeze(0)).detach()
            outputs = self._network.evaluate_jets(VALUES, first, weights)
            r = (outputs[-1][0, :, 0] - self._values) / len(self._values) ** 0.5
            slopes = torch.autograd.grad(r.sum(), outputs)
        with torch.no_grad():
            return r.detach(), self._network.jacobian(VALUES, first, outputs, slopes, weights)


def fit(
    network: Network, inputs: Tensor, values: Tensor, optimizer: Callable[[], Optimizer], steps: int
) -> float:
    """Fit a network to values, full batch.

    Args:
        network: Changed in place; ends with the lowest error that was seen.
        inputs: Shape (N, d).
        values: Shape (N,).
        optimizer: Makes the optimizer of the network's parameters.
        steps: How many at most.

    Returns:
        The mean squared error.

    Raises:
        TrainingError: If it diverges.
    """
    regression = Regression(network, inputs, values)
    least_squares = LeastSquares(
        parameters=lambda: list(network.parameters()),
        loss=regression.loss,
        residual=regression.residual,
        linearize=regression.linearize,
        redraw=lambda: None,
        measure=dict,
        unusable_term=lambda: None,
    )
    trainer = Trainer(least_squares, [Stage("fit", steps, 0, optimizer)], max(steps, 1), 0.0)
    trainer.run(lambda: None, lambda report: None)
    return trainer.best_loss
