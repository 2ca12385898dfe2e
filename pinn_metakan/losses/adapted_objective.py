"""What a run trains on: an objective whose weights and multipliers follow training."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.losses.balancing.balance import Balance
from pinn_metakan.losses.data_weight import DataWeight
from pinn_metakan.losses.multipliers import Multipliers
from pinn_metakan.losses.number_scales import NumberScales
from pinn_metakan.losses.objective import Objective
from pinn_metakan.optimizers.jacobian import Jacobian, WholeJacobian
from pinn_metakan.training.adaptation import Adaptation
from pinn_metakan.untrusted.shapes import refuse_other_count

#: Multipliers follow where the scaled loss is below the first, and above this part of what it was
#: when it was looked at last: near a minimum (docs/decisions/0032-balance-of-conditions.md).
_NEAR, _SLOW = 1e-3, 0.9


class AdaptedObjective(Adaptation):
    r"""An objective whose terms count for :math:`w_c \lambda_c \mu_c`, and whose rows are shifted.

    Losses of a run are those of the objective that it is made from, and can be compared.

    Args:
        objective: Fixed weights w_c.
        balance: Finds factors of the weights, lambda_c.
        multipliers: Those of conditions that hold to rounding, and the growth mu_c of penalties.
        data: What data with noise count for beside their weight.
        every: Steps between two updates of weights, and two looks at the loss.
        memory: Part of the factors that an update keeps, 0 to 1.
    """

    def __init__(
        self,
        objective: Objective,
        balance: Balance,
        multipliers: Multipliers,
        data: DataWeight,
        every: int,
        memory: float,
    ):
        self._fixed = objective
        self._balance, self._multipliers, self._data = balance, multipliers, data
        self._every, self._memory = every, memory
        self._factors: dict[str, float] = {}
        self._last_loss = math.inf  # when it was looked at last
        self._scales = NumberScales(objective)
        self._weigh()

    def of(self, objective: Objective) -> None:
        """Go on with another field; with other points than before, multipliers begin anew."""
        if objective.collocation is not self._fixed.collocation:
            self._multipliers = self._multipliers.begun_anew(objective)
            self._factors, self._last_loss = {}, math.inf
        self._fixed = objective
        self._weigh()

    def vector(self) -> Tensor:
        """Evaluate the weighted and shifted terms one below the other, shape (N,)."""
        return self._shifted(self._weighted.vector())

    def loss(self) -> Tensor:
        """Evaluate their squared length; its part of this process."""
        return self.vector().square().sum()

    def linearize(self) -> tuple[Tensor, Tensor]:
        """Evaluate `vector` (N,) and its Jacobian (N, P)."""
        r, jacobian = self._weighted.linearize()
        return self._shifted(r), jacobian

    def linearize_within(self, numbers: int) -> tuple[Tensor, Jacobian]:
        """Evaluate `vector` (N,) and its Jacobian, kept if it has no more numbers than these."""
        r, jacobian = self._weighted.linearize_within(numbers)
        return self._shifted(r), jacobian

    def linearize_part(self, count: int, generator: Generator) -> tuple[Tensor, Jacobian]:
        """Evaluate some of `vector` and their Jacobian, shifted where their rows are."""
        part = self._weighted.with_part(count, generator)
        r, jacobian = part.linearize()
        if self._shift is not None:
            r = r + self._multipliers.shift(part)
        return r, WholeJacobian(jacobian)

    def after_steps(self, count: int) -> bool:
        """Follow with the weights, and with data and multipliers if the loss falls slowly."""
        if count % self._every:
            return False
        has_new_sizes = self._scales.follow(self._fixed)
        found = self._balance.factors(self._fixed)
        for term, factor in found.items():
            before = self._factors.get(term, 1.0)
            self._factors[term] = self._memory * before + (1 - self._memory) * factor
        has_followed = not has_new_sizes and self._is_watched and self._followed()
        has_changed = bool(found) or has_followed or has_new_sizes
        if has_changed:
            self._weigh()
        if self._is_watched:
            self._look()
        return has_changed

    def at_minimum(self) -> bool:
        """Let data count for less, or follow with the multipliers as long as that is better."""
        if not (self._scales.follow(self._fixed) or self._data.fall() or self._updated()):
            return False
        self._weigh()
        self._look()
        return True

    def follow(self) -> bool:
        """Let causal weights follow, and shift the rows of conditions, wherever they are now."""
        has_changed = self._fixed.follow()
        self._weigh()
        if self._is_watched:
            self._look()
        return has_changed

    def numbers(self) -> dict[str, float]:
        """Weights of terms, how well conditions are met, and unknown numbers, where they change."""
        numbers = self._fixed.ansatz.numbers.now()
        estimates = {f"estimate_{name}": value for name, value in numbers.items()}
        if not self._factors and not self._multipliers.terms and self._data.is_at_end:
            return estimates
        weights = {f"weight_{term}": weight for term, weight in self._weighted.weights.items()}
        met = self._multipliers.violations(self._fixed)
        return estimates | weights | {f"violation_{term}": size for term, size in met.items()}

    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on exactly."""
        return {
            "factors": dict(self._factors),
            "last_loss": self._last_loss,
            "multipliers": self._multipliers.state(),
            "data": self._data.factor,
            "numbers": list(self._scales.measured),
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self._factors, self._last_loss = dict(state["factors"]), state["last_loss"]
        self._multipliers.load(state["multipliers"], self._fixed.collocation.equations.at.points)
        if "data" in state:  # not in version 0.2.0
            refuse_other_count(
                len(state["numbers"]), len(self._scales.measured), "adaptation.numbers", "numbers"
            )
            self._data.factor, self._scales.measured = state["data"], list(state["numbers"])
        self._weigh()

    @property
    def _is_watched(self) -> bool:
        """Whether something changes with the loss."""
        return bool(self._multipliers.terms) or not self._data.is_at_end

    def _followed(self) -> bool:
        is_near = min(_NEAR, self._last_loss) > self._loss_now() > _SLOW * self._last_loss
        return is_near and (self._data.fall() or self._updated())

    def _updated(self) -> bool:
        return bool(self._multipliers.terms) and self._multipliers.update(self._weighted)

    def _look(self) -> None:
        self._last_loss = self._loss_now()

    @torch.no_grad()
    def _loss_now(self) -> float:
        return float(self._fixed.share.communicator.summed(self.loss()))

    def _weigh(self) -> None:
        """Make what is minimized of factors and multipliers as they are."""
        growth = self._multipliers.growth
        self._weighted, self._shift = self._fixed, None
        others = [self._data.factor, *growth.values()]
        if self._factors or any(factor != 1.0 for factor in others):
            self._weighted = self._fixed.with_weights(
                {
                    term: weight
                    * self._factors.get(term, 1.0)
                    * growth.get(term, 1.0)
                    * self._data.of(term, weight)
                    for term, weight in self._fixed.weights.items()
                }
            )
        if self._multipliers.values:
            self._fixed.collocation.hold(self._multipliers.terms)
            self._shift = self._multipliers.shift(self._weighted)

    def _shifted(self, r: Tensor) -> Tensor:
        return r if self._shift is None else r + self._shift
