"""Damped Gauss-Newton: a step rule and a damping search."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.damping_search import DampingSearch
from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.idle_steps import IdleSteps
from pinn_metakan.optimizers.jacobian import LARGEST_KEPT
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.optimizers.optimizer import NOT_FINITE, Optimizer, Probe
from pinn_metakan.optimizers.step_rule import StepRule
from pinn_metakan.optimizers.verdict import NO_LOWER_LOSS, ZERO, Outcome, Verdict

_NO_JACOBIAN = Verdict(Outcome.STUCK, "no progress: derivatives in the parameters are infinite")
_NO_INFLUENCE = Verdict(
    Outcome.STUCK, "no progress: the residual does not depend on the parameters"
)


class DampedGaussNewton(Optimizer):
    """Minimize |r|^2 by steps of a rule, with the damping that a search finds.

    Args:
        parameters: All parameters.
        rule: Turns a damping into a trial.
        search: Chooses the damping.
        tolerance: Ends the stage when |r|^2 falls by less than this part of it five times in a row.
        plateau: It does not where |r|^2 is above this: steps are slow before anything is learned.
        scaling: Parameters are measured in the column norms of J to the power -scaling.
        communicator: Adds up what other processes have of r and J.
        max_numbers: Numbers of the largest J that is kept; one that has more is made in blocks of
            rows.
    """

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        rule: StepRule,
        search: DampingSearch,
        tolerance: float = 0.0,
        plateau: float = math.inf,
        scaling: float = 0.5,
        communicator: Communicator = ONE_PROCESS,
        max_numbers: int = LARGEST_KEPT,
    ):
        self._parameters = list(parameters)
        self._rule = rule
        self._search = search
        self._scaling = scaling
        self._communicator = communicator
        self._max_numbers = max_numbers
        self._idle = IdleSteps(tolerance, plateau)

    @torch.no_grad()
    def step(self, probe: Probe) -> Verdict | None:
        """Take one step; see `Optimizer.step`."""
        point = flattened(self._parameters)
        r, jacobian = probe.linearize_within(self._max_numbers)
        here = Linearization(point, r, jacobian, self._scaling, self._communicator)
        if not math.isfinite(here.loss):
            return NOT_FINITE
        if not math.isfinite(here.trace):
            return _NO_JACOBIAN
        if here.loss == 0:
            return ZERO
        if here.trace == 0:
            return _NO_INFLUENCE

        def residual(point: Tensor) -> Tensor:
            assign(point, self._parameters)
            return probe.residual().double()

        found = self._search.find(partial(self._rule.trial, DampedLeastSquares(here), residual))
        assign(here.point if found is None else found.point, self._parameters)
        return NO_LOWER_LOSS if found is None else self._idle.verdict(here.loss, found.loss)

    def objective_changed(self) -> None:
        """Damp more, and count idle steps anew."""
        self._search.objective_changed()
        self._idle.count = 0

    def state(self) -> dict[str, object]:
        """Copy the damping and the number of steps without progress."""
        return {"damping": self._search.damping, "idle_steps": self._idle.count}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state; from one of L-BFGS, which this took the place of, begin anew."""
        if "damping" not in state:  # up to version 0.2.0, where the Jacobian was too large to keep
            return
        self._search.damping, self._idle.count = state["damping"], state["idle_steps"]
