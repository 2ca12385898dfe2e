"""Damped steps of a model of the residual, judged by the whole of it."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.optimizers.damping_search import DampingSearch
from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.idle_steps import IdleSteps
from pinn_metakan.optimizers.optimizer import NOT_FINITE, Optimizer, Probe
from pinn_metakan.optimizers.step_model import StepModel
from pinn_metakan.optimizers.step_rule import Trial
from pinn_metakan.optimizers.verdict import NO_LOWER_LOSS, ZERO, Verdict

#: Models in a row of which no damping lowers the loss that end a stage
#: (docs/decisions/0041-large-runs.md).
_FAILURES = 5


class SampledGaussNewton(Optimizer):
    """Minimize |r|^2 by steps of a model that knows a part of J, and judge them by all of r.

    A sample of few residuals and many parameters can be fitted to zero: only what was not sampled
    tells how far to trust it.

    Args:
        parameters: All parameters.
        model: Turns a damping into a step.
        search: Chooses the damping.
        tolerance: Ends the stage when |r|^2 falls by less than this part of it five times in a row.
        plateau: It does not where |r|^2 is above this.
        communicator: Adds up what other processes have of r.
    """

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        model: StepModel,
        search: DampingSearch,
        tolerance: float = 0.0,
        plateau: float = math.inf,
        communicator: Communicator = ONE_PROCESS,
    ):
        self._parameters = list(parameters)
        self._model, self._search = model, search
        self._idle = IdleSteps(tolerance, plateau)
        self._communicator = communicator
        self._failures = 0

    @torch.no_grad()
    def step(self, probe: Probe) -> Verdict | None:
        """Take one step; see `Optimizer.step`."""
        point = flattened(self._parameters)
        before = self._squared(probe.residual())
        if not math.isfinite(before):
            return NOT_FINITE
        if before == 0:
            return ZERO
        point_of = self._model.around(probe, point)

        def attempt(damping: float) -> Trial | None:
            there = None if point_of is None else point_of(damping)
            if there is None:
                return None
            assign(there, self._parameters)
            r = probe.residual()
            loss = self._squared(r)
            return Trial(there, r, loss) if loss < before else None  # None for NaN

        found = self._search.find(attempt) if point_of is not None else None
        assign(point if found is None else found.point, self._parameters)
        if found is None:
            self._failures += 1
            return NO_LOWER_LOSS if self._failures >= _FAILURES else None
        self._failures = 0
        self._model.moved(found.point - point)
        return self._idle.verdict(before, found.loss)

    def objective_changed(self) -> None:
        """Count idle steps anew; each model has new points anyway."""
        self._search.objective_changed()
        self._idle.count = 0

    def state(self) -> dict[str, object]:
        """Copy the damping, what the model carries on, and the steps without progress."""
        return {
            "damping": self._search.damping,
            "model": self._model.state(),
            "idle_steps": self._idle.count,
            "failures": self._failures,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state; from one of L-BFGS, which this took the place of, begin anew."""
        if "model" not in state:  # up to version 0.2.0
            return
        self._search.damping, self._idle.count = state["damping"], state["idle_steps"]
        self._model.load(state["model"], sum(p.numel() for p in self._parameters))
        self._failures = state["failures"]

    def _squared(self, r: Tensor) -> float:
        return float(self._communicator.summed(r.double().square().sum()))
