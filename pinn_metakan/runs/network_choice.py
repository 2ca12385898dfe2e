"""The network that a run chooses by the residual before it trains."""

import math
from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from pinn_metakan.losses.objective import Objective
from pinn_metakan.networks.network import Network
from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.jacobian import Jacobian, WholeJacobian
from pinn_metakan.optimizers.last_layer import LastLayer
from pinn_metakan.settings.sections import Settings
from pinn_metakan.settings.stages import LinearSettings

#: Which residuals are fitted, and which tell how well, is drawn with this seed.
_SEED = 0
#: The loss that is worth a move, over that without it: smaller differences are rounding or chance
#: (docs/decisions/0017-linear-start.md).
_WORTH_A_MOVE = 0.25


class SomeResiduals:
    """A part of the residual vector, as a `Probe`.

    Args:
        objective: The whole.
        rows: Which residuals, whole numbers.
    """

    def __init__(self, objective: Objective, rows: Tensor):
        self._objective = objective
        self._rows = rows

    def gradient(self) -> Tensor:
        """Evaluate the loss and leave its gradient; see `Probe`."""
        loss = self._objective.vector()[self._rows].square().sum()
        loss.backward()
        return loss.detach()

    @torch.no_grad()
    def residual(self) -> Tensor:
        """Evaluate these residuals; see `Probe`."""
        return self._objective.vector()[self._rows]

    def linearize(self) -> tuple[Tensor, Tensor]:
        """Evaluate these residuals and their Jacobian; see `Probe`."""
        r, jacobian = self._objective.linearize()
        return r[self._rows], jacobian[self._rows]

    def linearize_within(self, numbers: int) -> tuple[Tensor, Jacobian]:
        """Evaluate these residuals and their Jacobian, which is kept; see `Probe`."""
        r, jacobian = self.linearize()
        return r, WholeJacobian(jacobian)

    def linearize_part(self, count: int, generator: Generator) -> tuple[Tensor, Jacobian]:
        """These are a part already."""
        return self.linearize_within(0)


def best_alternative(
    objective: Objective, alternatives: Sequence[Network], settings: Settings
) -> Network:
    """Walk from the middle of a row of networks to where the residual is smallest.

    The last layer of each is fitted to one half of the residuals, the other half is what counts.

    Args:
        objective: Of any network.
        alternatives: The networks, in the order of what tells them apart; they stay as they are.
        settings: All settings; its stage ``linear`` fits the last layer.

    Returns:
        A network that neither neighbor is much better than.
    """
    section = settings.stage("linear")
    assert isinstance(section, LinearSettings)
    losses: dict[int, float] = {}

    def loss_at(index: int) -> float:
        if not 0 <= index < len(alternatives):
            return math.inf
        if index not in losses:
            losses[index] = _held_out_loss(objective, alternatives[index], section)
        return losses[index]

    here = len(alternatives) // 2
    for direction in (1, -1):
        while loss_at(here + direction) < _WORTH_A_MOVE * loss_at(here):
            here += direction
    return alternatives[here]


@torch.no_grad()
def _held_out_loss(objective: Objective, network: Network, settings: LinearSettings) -> float:
    """Squared length of the residuals that a network was not fitted to; infinite if it is NaN."""
    like = next(objective.ansatz.parameters())
    trial = objective.with_ansatz(objective.ansatz.with_network(network.to(like)))
    rows = torch.randperm(len(trial.vector()), generator=Generator().manual_seed(_SEED))
    fitted, held_out = rows.to(like.device).tensor_split(2)
    parameters = list(trial.ansatz.parameters())
    start = flattened(parameters)
    last_layer = network.chain()[-1].linear_parameters()
    optimizer = LastLayer(parameters, last_layer, settings.damping, settings.tolerance)
    probe = SomeResiduals(trial, fitted)
    for _ in range(max(settings.steps, 1)):
        if optimizer.step(probe) is not None:
            break
    loss = float(SomeResiduals(trial, held_out).residual().square().sum())
    assign(start, parameters)
    return math.inf if math.isnan(loss) else loss
