"""Levenberg-Marquardt with geodesic acceleration, all dampings from one factorization."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.optimizer import Optimizer, Probe

#: The normal equations lose half of the digits. They serve while the damping is above this part of
#: their largest eigenvalue; below it, J itself is factorized.
_NORMAL_EQUATIONS = 1e-11
#: Dampings that are tried, as parts of the largest eigenvalue of the normal equations.
_SMALLEST_DAMPING, _LARGEST_DAMPING = 1e-28, 1e3
#: Length of the finite difference of the second directional derivative, as part of the step.
_PROBE_LENGTH = 0.1


@dataclass(frozen=True)
class _Factors:
    """J^T J = V S^2 V^T, and the gradient in that basis.

    Args:
        basis: V, shape (P, K).
        squares: S^2, shape (K,).
        slopes: V^T J^T r, shape (K,).
    """

    basis: Tensor
    squares: Tensor
    slopes: Tensor

    def solve(self, slopes: Tensor, damping: float) -> Tensor:
        """Give -V (S^2 + lambda)^-1 slopes, shape (P,)."""
        return -self.basis @ (slopes / (self.squares + damping))

    def predicted(self, damping: float) -> float:
        """Give the reduction of |r|^2 that the linear model promises."""
        damped = self.squares + damping
        return float((self.slopes.square() * (self.squares + 2 * damping) / damped.square()).sum())


class LevenbergMarquardt(Optimizer):
    r"""Minimize |r|^2 by damped Gauss-Newton steps.

    .. math::
        \delta(\lambda) = -(J^T J + \lambda)^{-1} J^T r, \qquad
        a(\lambda) = -\tfrac12 (J^T J + \lambda)^{-1} J^T r_{vv}, \qquad
        r_{vv} = \tfrac{2}{h} \left(\frac{r(\theta + h \delta) - r}{h} - J \delta\right)

    The step is delta + a while |a| < 0.75 |delta|, else delta. Dampings are tried by factors of 10
    from the last one downward while the loss improves, upward until the actual reduction of |r|^2
    is at least a tenth of the predicted one; each trial costs two evaluations of r.

    Args:
        parameters: All parameters.
        damping: First damping, as part of the largest eigenvalue of J^T J.
        acceleration: Largest |a| / |delta|; 0 for plain Levenberg-Marquardt.
        smallest_ratio: Actual over predicted reduction that a step needs.
        tolerance: Ends the stage when |r|^2 falls by less than this part of it five times in a row.

    Source: Transtrum, Sethna, 2012, arXiv:1201.5885 and 1207.4999; More, LNM 630 (1978) 105-116.
    """

    is_monotone = True

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        damping: float = 1e-3,
        acceleration: float = 0.75,
        smallest_ratio: float = 0.1,
        tolerance: float = 0.0,
    ):
        self._parameters = list(parameters)
        self._damping = damping
        self._acceleration = acceleration
        self._smallest_ratio = smallest_ratio
        self._tolerance = tolerance
        self._idle_steps = 0

    @torch.no_grad()
    def step(self, probe: Probe) -> str | None:
        """Take one step; see `Optimizer.step`."""
        start = flattened(self._parameters)
        r, jacobian = probe.linearize()
        r, jacobian = r.double(), jacobian.double()
        loss = float(r.square().sum())
        if not math.isfinite(loss):
            return None  # the trainer tells of it
        if loss == 0:
            return "loss tolerance: the residual is zero"
        factors = _factorize(r, jacobian, self._damping)
        largest = float(factors.squares.max())
        if largest == 0:
            return "no progress: the residual does not depend on the parameters"
        best, best_loss, damping = start, loss, self._damping
        is_rising = False
        while True:
            trial = self._trial(probe, start, r, jacobian, factors, damping * largest)
            trial_loss = self._loss_at(probe, trial)
            predicted = factors.predicted(damping * largest)
            if loss - trial_loss >= self._smallest_ratio * predicted and trial_loss < best_loss:
                best, best_loss, self._damping = trial, trial_loss, damping
                if is_rising or damping / 10 < _SMALLEST_DAMPING:
                    break
                damping /= 10
                if damping < _NORMAL_EQUATIONS <= damping * 10:
                    factors = _factorize(r, jacobian, damping)
            elif best_loss < loss:
                break
            else:
                is_rising = True
                damping *= 10
                if damping > _LARGEST_DAMPING:
                    break
        assign(best.to(start), self._parameters)
        return self._verdict(loss, best_loss)

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

    def _trial(
        self,
        probe: Probe,
        start: Tensor,
        r: Tensor,
        jacobian: Tensor,
        factors: _Factors,
        damping: float,
    ) -> Tensor:
        step = factors.solve(factors.slopes, damping)
        if self._acceleration > 0:
            assign((start + _PROBE_LENGTH * step).to(start), self._parameters)
            moved = (probe.residual().double() - r) / _PROBE_LENGTH
            second = (2 / _PROBE_LENGTH) * (moved - jacobian @ step)
            if bool(torch.isfinite(second).all()):
                slopes = factors.basis.T @ (jacobian.T @ second)
                bend = 0.5 * factors.solve(slopes, damping)
                if float(bend.norm()) < self._acceleration * float(step.norm()):
                    step = step + bend
        return start + step

    def _loss_at(self, probe: Probe, flat: Tensor) -> float:
        assign(flat, self._parameters)
        loss = float(probe.residual().double().square().sum())
        return loss if math.isfinite(loss) else math.inf

    def _verdict(self, before: float, after: float) -> str | None:
        if after >= before:
            self._damping = 1e-3  # from where another step may start, on new points
            return "no progress: no damping gives a lower loss"
        if before - after > self._tolerance * before:
            self._idle_steps = 0
            return None
        self._idle_steps += 1
        if self._idle_steps < 5:
            return None
        return f"loss tolerance: |r|^2 falls by less than {self._tolerance:.0e} of it a step"


def _factorize(r: Tensor, jacobian: Tensor, damping: float) -> _Factors:
    """Factorize J^T J, or J itself where the damping is too small for that."""
    if damping >= _NORMAL_EQUATIONS:
        squares, basis = torch.linalg.eigh(jacobian.T @ jacobian)
        return _Factors(basis, squares.clamp(min=0), basis.T @ (jacobian.T @ r))
    q, upper = torch.linalg.qr(jacobian)
    left, singular, right = torch.linalg.svd(upper, full_matrices=False)
    return _Factors(right.T, singular.square(), singular * (left.T @ (q.T @ r)))
