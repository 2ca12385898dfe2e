"""Damped Gauss-Newton steps that are bent and corrected to end where the linear model promises."""

from dataclasses import replace

from torch import Tensor

from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares, Factorization
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.optimizers.mixing import Mixing
from pinn_metakan.optimizers.step_rule import Residual, StepRule, Trial

# All of these: docs/decisions/0002-corrected-steps.md.
#: Length of the finite difference of the second directional derivative, as part of the step.
_PROBE_LENGTH = 0.1
#: A step is corrected while it misses more than this part of the promised fall of |r|^2 ...
_CLOSE_ENOUGH = 0.25
#: ... and its residual is nearer to the promised one than this, in squares, in parts of |r|^2.
_WITHIN_REACH = 100.0
#: A step may be so many times as long as the vector of parameters: with hardly any damping one can
#: lower the loss by parameters of 1e8, where all functions are flat and nothing trains any more.
_FARTHEST = 10.0
#: Digits of what bends and corrects a step: what they leave out is corrected next.
_FEW_DIGITS = 1


class CorrectedStep(StepRule):
    r"""A Gauss-Newton step with geodesic acceleration and corrections.

    .. math::
        \delta(\lambda) = -(J^T J + \lambda)^{-1} J^T r, \qquad
        a(\lambda) = -\tfrac12 (J^T J + \lambda)^{-1} J^T r_{vv}, \qquad
        r_{vv} = \tfrac{2}{h} \left(\frac{r(\theta + h \delta) - r}{h} - J \delta\right)

    A step p begins as delta + a while |a| < 0.75 |delta|, else as delta. What is left between the
    residual there and the one that the linear model promises is of third order; it is taken out,
    several times if need be, by the same factorization:

    .. math:: p \leftarrow p - (J^T J + \lambda)^{-1} J^T (r(\theta + p) - (r + J \delta))

    Corrections are combined by `Mixing`. Each costs one evaluation of r, a tenth of a new J with
    its factorization, and lets the damping be smaller.

    Args:
        acceleration: Largest |a| / |delta|; 0 for none.
        corrections: Corrections of a step at most; 0 for none.
        smallest_ratio: Actual over predicted reduction of |r|^2 that a step needs to work.

    Source: Transtrum, Sethna, 2012, arXiv:1201.5885 and 1207.4999; the corrections are those of
    Nocedal, Wright, Numerical Optimization, 2006, section 18.3, for the residual in place of
    constraints.
    """

    def __init__(
        self, acceleration: float = 0.75, corrections: int = 6, smallest_ratio: float = 0.1
    ):
        self._acceleration = acceleration
        self._corrections = corrections
        self._smallest_ratio = smallest_ratio

    def trial(
        self, problem: DampedLeastSquares, residual: Residual, damping: float
    ) -> Trial | None:
        """Step, bend and correct; see `StepRule.trial`."""
        factorization = problem.factorization(damping)
        if factorization is None:
            return None
        here, amount = problem.here, damping * problem.here.trace
        step = factorization.solve(here.r)
        needed = self._smallest_ratio * here.predicted(step, amount)
        promised = here.r + here.pushed(step)
        target = here.squared(promised)
        bend = self._bend(step, promised, here, residual, factorization)
        step = step if bend is None else step + bend
        trial = Trial.after(step, here, residual)
        mixing = Mixing(here.products)
        for number in range(self._corrections):
            missed = trial.loss - target
            gap = trial.r - promised
            if missed <= _CLOSE_ENOUGH * (here.loss - target):
                break
            if not here.squared(gap) < _WITHIN_REACH * here.loss:  # true for NaN
                break
            step = mixing.mixed(step + factorization.solve(gap, _FEW_DIGITS), gap)
            corrected = Trial.after(step, here, residual)
            if not corrected.loss < trial.loss:
                break
            trial = replace(corrected, corrections=number + 1)
        moved = float((trial.point - here.point).norm())
        is_near = moved <= _FARTHEST * max(float(here.point.norm()), 1.0)
        works = is_near and trial.loss < here.loss and here.loss - trial.loss >= needed
        return trial if works else None

    def _bend(
        self,
        step: Tensor,
        promised: Tensor,
        here: Linearization,
        residual: Residual,
        factorization: Factorization,
    ) -> Tensor | None:
        """a(lambda), shape (P,); None if it is not finite or too long beside the step."""
        if self._acceleration == 0:
            return None
        near = residual(here.moved(_PROBE_LENGTH * step))
        straight = here.r + _PROBE_LENGTH * (promised - here.r)
        second = (2 / _PROBE_LENGTH**2) * (near - straight)
        bend = 0.5 * factorization.solve(second, _FEW_DIGITS)
        is_short = float(bend.norm()) < self._acceleration * float(step.norm())  # false for NaN
        return bend if is_short else None
