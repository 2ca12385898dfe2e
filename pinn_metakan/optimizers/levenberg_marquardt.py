"""Levenberg-Marquardt with geodesic acceleration."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.optimizer import NOT_FINITE, Optimizer, Probe

#: The normal equations lose half of the digits; refined by J itself, they serve while the damping
#: is above this part of their trace. Below it, J is factorized.
_NORMAL_EQUATIONS = 1e-15
#: Above this part of the trace the normal equations need no refinement.
_ACCURATE_ENOUGH = 1e-9
#: How often a solution of the normal equations is refined.
_REFINEMENTS = 4
#: Numbers in the largest J that is factorized: a second of work.
_LARGEST_ORTHOGONAL = 10_000_000
#: Dampings that are tried, as parts of the trace of J^T J.
_SMALLEST_DAMPING, _LARGEST_DAMPING = 1e-28, 1e3
#: The search for smaller dampings goes on past one that fails, since the next may work.
_FAILURES_BELOW = 2
#: Column norms below this part of the largest count as this.
_SMALLEST_UNIT = 1e-6
#: J^T J is symmetric: computed in so many blocks of columns it costs a little over half.
_GRAM_BLOCKS = 4
#: Length of the finite difference of the second directional derivative, as part of the step.
_PROBE_LENGTH = 0.1


class _Factorization(ABC):
    """What solves (J^T J + lambda) step = -J^T v for any damping lambda."""

    @abstractmethod
    def solve(self, v: Tensor, damping: float) -> Tensor:
        """Give the step, shape (P,), for v, shape (N,)."""


class _NormalEquations(_Factorization):
    r"""A Gram matrix, and a Cholesky factor of it for each damping, refined by products with J.

    With more residuals than parameters the step is :math:`-(J^T J + \lambda)^{-1} J^T v`, else
    :math:`-J^T (J J^T + \lambda)^{-1} v`, which is the same and needs the smaller matrix. A
    Cholesky factor costs a tenth of all eigenvectors, and a step tries a few dampings only.

    Args:
        jacobian: J, shape (N, P).
        trace: Trace of J^T J.

    Source: Bjoerck, Linear Algebra Appl. 88/89 (1987) 31-48, corrected seminormal equations.
    """

    def __init__(self, jacobian: Tensor, trace: float):
        self._jacobian, self._trace = jacobian, trace
        self._is_tall = jacobian.shape[0] >= jacobian.shape[1]
        self._gram = _lower_gram(jacobian if self._is_tall else jacobian.T)
        self._lower: tuple[float, Tensor] | None = None

    def is_definite(self, damping: float) -> bool:
        """Factorize for a damping; tell whether rounding left the matrix positive definite."""
        if self._lower is None or self._lower[0] != damping:
            damped = self._gram.clone()
            damped.diagonal().add_(damping)
            lower, failed = torch.linalg.cholesky_ex(damped)
            self._lower = None if bool(failed) else (damping, lower)
        return self._lower is not None

    def solve(self, v: Tensor, damping: float) -> Tensor:
        assert self._lower is not None
        j, lower = self._jacobian, self._lower[1]
        solution = torch.zeros_like(lower[0])
        times = _REFINEMENTS if damping < _ACCURATE_ENOUGH * self._trace else 0
        remainder = j.T @ v if self._is_tall else v
        for number in range(times + 1):
            solution -= torch.cholesky_solve(remainder.unsqueeze(1), lower).squeeze(1)
            if number == times:
                break
            if self._is_tall:
                remainder = j.T @ (v + j @ solution) + damping * solution
            else:
                remainder = v + j @ (j.T @ solution) + damping * solution
        return solution if self._is_tall else j.T @ solution


def _lower_gram(jacobian: Tensor) -> Tensor:
    """Give J^T J, shape (P, P), where only the lower triangle is meant, in blocks of columns."""
    size = jacobian.shape[1]
    gram = jacobian.new_zeros(size, size)
    width = max(1, math.ceil(size / _GRAM_BLOCKS))
    for begin in range(0, size, width):
        block = jacobian[:, begin : begin + width]
        gram[begin:, begin : begin + width] = jacobian[:, begin:].T @ block
    return gram


class _Orthogonal(_Factorization):
    """J = Q U S V^T, which keeps all digits and serves all dampings."""

    def __init__(self, jacobian: Tensor):
        q, upper = torch.linalg.qr(jacobian)
        left, self._singular, right = torch.linalg.svd(upper, full_matrices=False)
        self._left, self._basis = q @ left, right.T

    def solve(self, v: Tensor, damping: float) -> Tensor:
        filtered = self._singular / (self._singular.square() + damping)
        return -self._basis @ (filtered * (self._left.T @ v))


class _Linearization:
    """The residual and its Jacobian at a point.

    Args:
        point: Parameters, shape (P,).
        r: Residual vector, shape (N,).
        jacobian: J, shape (N, P).
        scaling: Exponent of the column norms that parameters are measured in.
    """

    def __init__(self, point: Tensor, r: Tensor, jacobian: Tensor, scaling: float):
        self.point, self.r = point, r.double()
        self.loss = float(self.r.square().sum())
        self.jacobian = jacobian.double()
        norms = torch.linalg.vector_norm(self.jacobian, dim=0)
        largest = norms.max().clamp(min=torch.finfo(norms.dtype).tiny)
        self.units = (norms / largest).clamp(min=_SMALLEST_UNIT) ** -scaling  # (P,)
        if scaling > 0:
            self.jacobian = self.jacobian.mul_(self.units)  # it is ours, and the largest of all
        #: Trace of J^T J: the largest eigenvalue, within a factor of P, at no cost.
        self.trace = float((norms * self.units).square().sum())
        self.slopes = self.jacobian.T @ self.r  # (P,)

    def factorization(self, damping: float) -> _Factorization | None:
        """Choose what serves a damping, as part of the trace; None if nothing does."""
        if damping >= _NORMAL_EQUATIONS and self._normal.is_definite(damping * self.trace):
            return self._normal
        return self._orthogonal if self.jacobian.numel() <= _LARGEST_ORTHOGONAL else None

    def predicted(self, step: Tensor, amount: float) -> float:
        """Give the reduction of |r|^2 that the linear model promises for a damped step."""
        return float(amount * step.square().sum() - self.slopes @ step)

    def moved(self, step: Tensor) -> Tensor:
        """Give the parameters after a step that is measured in their units."""
        return (self.point + self.units * step).to(self.point)

    @cached_property
    def _normal(self) -> _NormalEquations:
        return _NormalEquations(self.jacobian, self.trace)

    @cached_property
    def _orthogonal(self) -> _Orthogonal:
        return _Orthogonal(self.jacobian)


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
        if not math.isfinite(here.loss) or not math.isfinite(here.trace):
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
        factorization = here.factorization(damping)
        if factorization is None:
            return here.point, here.loss
        amount = damping * here.trace
        step = factorization.solve(here.r, amount)
        promised = self._smallest_ratio * here.predicted(step, amount)
        if self._acceleration > 0:
            assign(here.moved(_PROBE_LENGTH * step), self._parameters)
            moved = (probe.residual().double() - here.r) / _PROBE_LENGTH
            second = (2 / _PROBE_LENGTH) * (moved - here.jacobian @ step)
            if bool(torch.isfinite(second).all()):
                bend = 0.5 * factorization.solve(second, amount)
                if float(bend.norm()) < self._acceleration * float(step.norm()):
                    step = step + bend
        trial = here.moved(step)
        assign(trial, self._parameters)
        loss = float(probe.residual().double().square().sum())
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
