"""Levenberg-Marquardt with geodesic acceleration and corrected steps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.damped_least_squares import Factorization, Linearization
from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.optimizer import NOT_FINITE, Optimizer, Probe
from pinn_metakan.optimizers.verdict import Outcome, Verdict

#: Dampings that are tried, as parts of the trace of J^T J.
_SMALLEST_DAMPING, _LARGEST_DAMPING = 1e-28, 1e3
#: From one damping to the next.
_FACTOR = 4.0
#: Length of the finite difference of the second directional derivative, as part of the step.
_PROBE_LENGTH = 0.1
#: A step is corrected while it misses more than this part of the promised fall of |r|^2 ...
_CLOSE_ENOUGH = 0.25
#: ... and its residual is nearer to the promised one than this, in squares, in parts of |r|^2.
_WITHIN_REACH = 100.0
_NO_LOWER_LOSS = Verdict(Outcome.STUCK, "no progress: no damping gives a lower loss")
_NO_INFLUENCE = Verdict(
    Outcome.STUCK, "no progress: the residual does not depend on the parameters"
)


@dataclass(frozen=True)
class _Trial:
    """Where a damping leads: parameters (P,) and |r|^2 there."""

    point: Tensor
    loss: float


class LevenbergMarquardt(Optimizer):
    r"""Minimize |r|^2 by damped Gauss-Newton steps that follow the valley's bends.

    .. math::
        \delta(\lambda) = -(J^T J + \lambda)^{-1} J^T r, \qquad
        a(\lambda) = -\tfrac12 (J^T J + \lambda)^{-1} J^T r_{vv}, \qquad
        r_{vv} = \tfrac{2}{h} \left(\frac{r(\theta + h \delta) - r}{h} - J \delta\right)

    A step p begins as delta + a while |a| < 0.75 |delta|, else as delta. What is left between the
    residual there and the one that the linear model promises is of third order; it is taken out,
    several times if need be, by the same factorization:

    .. math:: p \leftarrow p - (J^T J + \lambda)^{-1} J^T (r(\theta + p) - (r + J \delta))

    Each correction costs one evaluation of r, a tenth of a new J with its factorization, and lets
    the damping be smaller by a factor of 10: a loss falls two to ten times lower in the same time.

    Dampings are tried by factors of 4 from the last one; the smallest whose actual reduction of
    |r|^2 is at least a tenth of the predicted one is taken, even if a larger one would lower the
    loss more now: small dampings follow a curved valley further.

    Parameters are measured in units of the column norms of J to the power -scaling: where prompts,
    hidden and output weights of a meta-learner are in one vector, neither plain (0) nor full (1)
    scaling does as well as a half.

    Args:
        parameters: All parameters.
        damping: First damping, as part of the trace of J^T J.
        acceleration: Largest |a| / |delta|; 0 for none.
        corrections: Corrections of a step at most.
        smallest_ratio: Actual over predicted reduction that a step needs.
        tolerance: Ends the stage when |r|^2 falls by less than this part of it five times in a row.
        scaling: Exponent of the column norms.

    Source: Transtrum, Sethna, 2012, arXiv:1201.5885 and 1207.4999; More, LNM 630 (1978) 105-116;
    the corrections are those of Nocedal, Wright, Numerical Optimization, 2006, section 18.3,
    for the residual in place of constraints.
    """

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        damping: float = 1e-3,
        acceleration: float = 0.75,
        corrections: int = 4,
        smallest_ratio: float = 0.1,
        tolerance: float = 0.0,
        scaling: float = 0.5,
    ):
        self._parameters = list(parameters)
        self._damping = damping
        self._acceleration = acceleration
        self._corrections = corrections
        self._smallest_ratio = smallest_ratio
        self._tolerance = tolerance
        self._scaling = scaling
        self._idle_steps = 0

    @torch.no_grad()
    def step(self, probe: Probe) -> Verdict | None:
        """Take one step; see `Optimizer.step`."""
        here = Linearization(flattened(self._parameters), *probe.linearize(), self._scaling)
        if not math.isfinite(here.loss) or not math.isfinite(here.trace):
            return NOT_FINITE
        if here.loss == 0:
            return Verdict(Outcome.LOSS_REACHED, "loss tolerance: the residual is zero")
        if here.trace == 0:
            return _NO_INFLUENCE
        accepted = self._search(probe, here)
        assign(here.point if accepted is None else accepted.point, self._parameters)
        return self._verdict(here.loss, None if accepted is None else accepted.loss)

    def objective_changed(self) -> None:
        """Damp more: the new points have not been seen."""
        self._damping = min(self._damping * 10, 1.0)
        self._idle_steps = 0

    def state(self) -> dict[str, object]:
        """Give the damping and the number of steps without progress."""
        return {"damping": self._damping, "idle_steps": self._idle_steps}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._damping, self._idle_steps = state["damping"], state["idle_steps"]

    def _search(self, probe: Probe, here: Linearization) -> _Trial | None:
        """Find the smallest damping that works, None if none does."""
        accepted, damping = None, self._damping
        while damping >= _SMALLEST_DAMPING:
            trial = self._trial(probe, here, damping)
            if trial is None:
                break
            accepted, self._damping = trial, damping
            damping /= _FACTOR
        damping = self._damping
        while accepted is None and damping < _LARGEST_DAMPING:
            damping *= _FACTOR
            accepted = self._trial(probe, here, damping)
            self._damping = damping
        return accepted

    def _trial(self, probe: Probe, here: Linearization, damping: float) -> _Trial | None:
        """Try a damping: give where it leads, None if it fails."""
        factorization = here.factorization(damping)
        if factorization is None:
            return None
        amount = damping * here.trace
        step = factorization.solve(here.r, amount)
        needed = self._smallest_ratio * here.predicted(step, amount)
        promised = here.r + here.jacobian @ step
        target = float(promised.square().sum())
        bend = self._bend(probe, here, step, promised, factorization, amount)
        step = step if bend is None else step + bend
        trial, r = self._moved(probe, here, step)
        for _ in range(self._corrections):
            missed = trial.loss - target
            gap = r - promised
            if missed <= _CLOSE_ENOUGH * (here.loss - target):
                break
            if not float(gap.square().sum()) < _WITHIN_REACH * here.loss:  # true for NaN
                break
            step = step + factorization.solve(gap, amount)
            corrected, r = self._moved(probe, here, step)
            if not corrected.loss < trial.loss:
                break
            trial = corrected
        works = trial.loss < here.loss and here.loss - trial.loss >= needed  # false for NaN
        return trial if works else None

    def _bend(
        self,
        probe: Probe,
        here: Linearization,
        step: Tensor,
        promised: Tensor,
        factorization: Factorization,
        amount: float,
    ) -> Tensor | None:
        """Give a(lambda), None if it is too long beside the step."""
        if self._acceleration == 0:
            return None
        _, near = self._moved(probe, here, _PROBE_LENGTH * step)
        straight = here.r + _PROBE_LENGTH * (promised - here.r)
        second = (2 / _PROBE_LENGTH**2) * (near - straight)
        if not bool(torch.isfinite(second).all()):
            return None
        bend = 0.5 * factorization.solve(second, amount)
        is_short = float(bend.norm()) < self._acceleration * float(step.norm())
        return bend if is_short else None

    def _moved(self, probe: Probe, here: Linearization, step: Tensor) -> tuple[_Trial, Tensor]:
        """Evaluate after a step: the trial, and r there, shape (N,)."""
        point = here.moved(step)
        assign(point, self._parameters)
        r = probe.residual().double()
        return _Trial(point, float(r.square().sum())), r

    def _verdict(self, before: float, after: float | None) -> Verdict | None:
        if after is None:
            self._damping = 1e-3  # from where another step may start, on new points
            return _NO_LOWER_LOSS
        if before - after > self._tolerance * before:
            self._idle_steps = 0
            return None
        self._idle_steps += 1
        if self._idle_steps < 5:
            return None
        slow = f"step tolerance: |r|^2 falls by less than {self._tolerance:.0e} of it per step"
        return Verdict(Outcome.SETTLED, slow)
