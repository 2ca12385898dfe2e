"""Levenberg-Marquardt with geodesic acceleration, all dampings from one factorization."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.optimizer import NOT_FINITE, Optimizer, Probe

#: The normal equations lose half of the digits. They serve while the damping is above this part of
#: their trace; below it, J itself is factorized.
_NORMAL_EQUATIONS = 1e-11
#: Dampings that are tried, as parts of the trace of J^T J.
_SMALLEST_DAMPING, _LARGEST_DAMPING = 1e-28, 1e3
#: The search for smaller dampings goes on past one that fails, since the next may work.
_FAILURES_BELOW = 2
#: Column norms below this part of the largest count as this.
_SMALLEST_UNIT = 1e-6
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


class _Linearization:
    """The residual and its Jacobian at a point, factorized once for all dampings.

    Args:
        point: Parameters, shape (P,).
        r: Residual vector, shape (N,).
        jacobian: J, shape (N, P).
        scaling: Exponent of the column norms that parameters are measured in.
    """

    def __init__(self, point: Tensor, r: Tensor, jacobian: Tensor, scaling: float):
        norms = jacobian.double().norm(dim=0)
        largest = norms.max().clamp(min=torch.finfo(norms.dtype).tiny)
        self.units = (norms / largest).clamp(min=_SMALLEST_UNIT) ** -scaling  # (P,)
        self.point, self.r, self.jacobian = point, r.double(), jacobian.double() * self.units
        self.loss = float(self.r.square().sum())

    @cached_property
    def trace(self) -> float:
        """Trace of J^T J: the largest eigenvalue, within a factor of P, at no cost."""
        return float(self.jacobian.square().sum())

    def factors(self, damping: float) -> _Factors:
        """Factorize for a damping, as part of the trace."""
        is_tall = self.jacobian.shape[0] >= self.jacobian.shape[1]
        return self._normal if is_tall and damping >= _NORMAL_EQUATIONS else self._orthogonal

    def moved(self, step: Tensor) -> Tensor:
        """Give the parameters after a step that is measured in their units."""
        return (self.point + self.units * step).to(self.point)

    @cached_property
    def _normal(self) -> _Factors:
        squares, basis = torch.linalg.eigh(self.jacobian.T @ self.jacobian)
        return _Factors(basis, squares.clamp(min=0), basis.T @ (self.jacobian.T @ self.r))

    @cached_property
    def _orthogonal(self) -> _Factors:
        q, upper = torch.linalg.qr(self.jacobian)
        left, singular, right = torch.linalg.svd(upper, full_matrices=False)
        return _Factors(right.T, singular.square(), singular * (left.T @ (q.T @ self.r)))


class LevenbergMarquardt(Optimizer):
    r"""Minimize |r|^2 by damped Gauss-Newton steps.

    .. math::
        \delta(\lambda) = -(J^T J + \lambda)^{-1} J^T r, \qquad
        a(\lambda) = -\tfrac12 (J^T J + \lambda)^{-1} J^T r_{vv}, \qquad
        r_{vv} = \tfrac{2}{h} \left(\frac{r(\theta + h \delta) - r}{h} - J \delta\right)

    The step is delta + a while |a| < 0.75 |delta|, else delta. Dampings are tried by factors of 10
    from the last one; the smallest whose actual reduction of |r|^2 is at least a tenth of the
    predicted one is taken, even if a larger one would lower the loss more now: small dampings
    follow a curved valley further. Each trial costs two evaluations of r.

    Parameters are measured in units of the column norms of J to the power -scaling: where prompts,
    hidden and output weights of a meta-learner are in one vector, neither plain (0) nor full (1)
    scaling does as well as a half.

    Args:
        parameters: All parameters.
        damping: First damping, as part of the trace of J^T J.
        acceleration: Largest |a| / |delta|; 0 for plain Levenberg-Marquardt.
        smallest_ratio: Actual over predicted reduction that a step needs.
        tolerance: Ends the stage when |r|^2 falls by less than this part of it five times in a row.
        scaling: Exponent of the column norms.

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
        scaling: float = 0.5,
    ):
        self._parameters = list(parameters)
        self._damping = damping
        self._acceleration = acceleration
        self._smallest_ratio = smallest_ratio
        self._tolerance = tolerance
        self._scaling = scaling
        self._idle_steps = 0

    @torch.no_grad()
    def step(self, probe: Probe) -> str | None:
        """Take one step; see `Optimizer.step`."""
        here = _Linearization(flattened(self._parameters), *probe.linearize(), self._scaling)
        if not math.isfinite(here.loss):
            return NOT_FINITE
        if here.loss == 0:
            return "loss tolerance: the residual is zero"
        if here.trace == 0:
            return "no progress: the residual does not depend on the parameters"
        accepted, accepted_loss = self._search(probe, here)
        assign(accepted, self._parameters)
        return self._verdict(here.loss, accepted_loss)

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

    def _search(self, probe: Probe, here: _Linearization) -> tuple[Tensor, float]:
        """Find the smallest damping that works; give where it leads and the loss there."""
        accepted, accepted_loss = here.point, here.loss
        damping, failures, first = self._damping, 0, self._damping
        while failures < _FAILURES_BELOW and damping >= _SMALLEST_DAMPING:
            trial, loss = self._trial(probe, here, damping)
            failures += 1
            if loss < here.loss:
                accepted, accepted_loss, self._damping, failures = trial, loss, damping, 0
            damping /= 10
        damping = first
        while accepted_loss == here.loss and damping < _LARGEST_DAMPING:
            damping *= 10
            accepted, accepted_loss = self._trial(probe, here, damping)
            self._damping = damping
        return accepted, accepted_loss

    def _trial(self, probe: Probe, here: _Linearization, damping: float) -> tuple[Tensor, float]:
        """Try a damping: give where it leads and the loss there, or the old ones if it fails."""
        factors = here.factors(damping)
        amount = damping * here.trace
        step = factors.solve(factors.slopes, amount)
        if self._acceleration > 0:
            assign(here.moved(_PROBE_LENGTH * step), self._parameters)
            moved = (probe.residual().double() - here.r) / _PROBE_LENGTH
            second = (2 / _PROBE_LENGTH) * (moved - here.jacobian @ step)
            if bool(torch.isfinite(second).all()):
                slopes = factors.basis.T @ (here.jacobian.T @ second)
                bend = 0.5 * factors.solve(slopes, amount)
                if float(bend.norm()) < self._acceleration * float(step.norm()):
                    step = step + bend
        trial = here.moved(step)
        assign(trial, self._parameters)
        loss = float(probe.residual().double().square().sum())
        promised = self._smallest_ratio * factors.predicted(amount)
        works = loss < here.loss and here.loss - loss >= promised  # false for NaN
        return (trial, loss) if works else (here.point, here.loss)

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
        return f"step tolerance: |r|^2 falls by less than {self._tolerance:.0e} of it a step"
