"""Steps for many parameters that the kernel of a sample is compared with."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.losses.row_passes import ChunkedRows
from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.damping_search import Attempt, DampingSearch
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.optimizers.optimizer import Probe
from pinn_metakan.optimizers.step_model import PointOf, StepModel
from pinn_metakan.optimizers.step_rule import Trial
from pinn_metakan.runs.assembled import AssembledRun

#: Digits of a step of a sketch, as of a sample.
_DIGITS = 2
#: Exponent of the column norms that parameters are measured in, and their smallest one, as in
#: `Linearization`.
_SCALING, _SMALLEST_UNIT = 0.5, 1e-6
#: Part of the eigenvalues of a sample that the preconditioner takes for those of all residuals.
_TRUSTED = 0.5
#: Where conjugate gradients end: the part of the right side that is left.
_LEFT = 1e-3
_LARGEST_DAMPING, _RISE, _FALL = 1e3, 8.0, 2.0


class SketchedModel(StepModel):
    """Gauss-Newton steps of a sketch S J of s rows, each the sum of random rows with random signs.

    All rows are made, a block at a time; S J, (s, P), is what is kept.

    Args:
        run: Its objective is linearized.
        count: s.
        generator: What the sketch is drawn from.

    Source: Clarkson, Woodruff, J. ACM 63 (2017) 54 (count sketch).
    """

    def __init__(self, run: AssembledRun, count: int, generator: Generator):
        self._run, self._count, self._generator = run, count, generator

    def around(self, probe: Probe, point: Tensor) -> PointOf | None:
        """Add all rows of J to those of the sketch; see `StepModel.around`."""
        objective = self._run.objective
        r = objective.vector().double()
        bucket = torch.randint(self._count, (len(r),), generator=self._generator).to(r.device)
        sign = 2 * torch.randint(2, (len(r),), generator=self._generator).to(r) - 1
        sketch = r.new_zeros(self._count, len(point))
        passes = ChunkedRows(
            objective.ansatz, objective.engine, objective.groups, objective.scaled_weights
        )
        for places, block in passes.blocks():
            signed = block.double().mul_(sign[places].unsqueeze(1))
            sketch.index_add_(0, bucket[places], signed)
        short = r.new_zeros(self._count).index_add_(0, bucket, sign * r)
        here = Linearization(point, short, sketch, _SCALING)
        problem = DampedLeastSquares(here)

        def point_of(damping: float) -> Tensor | None:
            found = problem.factorization(damping)
            return None if found is None else here.moved(found.solve(here.r, _DIGITS))

        return point_of

    def moved(self, step: Tensor) -> None:
        """Nothing is carried on."""

    def state(self) -> dict[str, Any]:
        """Nothing is carried on."""
        return {}

    def load(self, state: dict[str, Any], count: int) -> None:
        """Nothing is carried on."""


class ConjugateGradients(StepModel):
    r"""Gauss-Newton steps of all residuals by conjugate gradients, J never made.

    J v and J^T w differentiate the residuals along them. The preconditioner is

    .. math:: U \frac{\nu + \lambda}{\Lambda + \lambda} U^T + 1 - U U^T

    with the larger half of the eigenvalues Lambda and eigenvectors U of J_S^T J_S of a sample S of
    the points, and the smallest of them, nu.

    Args:
        count: Points of the sample.
        iterations: Of conjugate gradients, at most.
        generator: What samples are drawn from.

    Source: Frangella, Tropp, Udell, SIAM J. Matrix Anal. Appl. 44 (2023) 718-752.
    """

    def __init__(self, count: int, iterations: int, generator: Generator):
        self._count, self._iterations, self._generator = count, iterations, generator

    def around(self, probe: Probe, point: Tensor) -> PointOf | None:
        """Say how conjugate gradients find a step; see `StepModel.around`."""
        r, jacobian = probe.linearize_within(0)
        r = r.double()
        _, sample = probe.linearize_part(self._count, self._generator)
        norms = sample.column_squares().sqrt()
        units = (norms / norms.max()).clamp(min=_SMALLEST_UNIT) ** -_SCALING
        jacobian.measure_in(units)
        sample.measure_in(units)
        rows = sample.rows()
        values, vectors = torch.linalg.eigh(rows @ rows.T)
        trusted = slice(len(values) - max(1, round(_TRUSTED * len(values))), None)
        values, vectors = values[trusted].clamp(min=torch.finfo(r.dtype).tiny), vectors[:, trusted]
        basis = rows.T @ (vectors / values.sqrt())  # (P, k)
        trace, right_side = float(rows.square().sum()), -jacobian.pulled(r)
        nothing = torch.zeros_like(r)

        def point_of(damping: float) -> Tensor | None:
            amount = damping * trace
            shares = (values[0] + amount) / (values + amount) - 1

            def product(v: Tensor) -> Tensor:
                return jacobian.pulled_sum(nothing, v) + amount * v

            def precondition(v: Tensor) -> Tensor:
                return v + basis @ (shares * (basis.T @ v))

            return point + units * solved(product, right_side, precondition, self._iterations)

        return point_of

    def moved(self, step: Tensor) -> None:
        """Nothing is carried on."""

    def state(self) -> dict[str, Any]:
        """Nothing is carried on."""
        return {}

    def load(self, state: dict[str, Any], count: int) -> None:
        """Nothing is carried on."""


class FirstDamping(DampingSearch):
    """Takes the first damping that lowers the loss, from half of the last one up.

    For steps that are dear beside a loss, of which no two are tried where one works.

    Args:
        damping: First one, as part of the trace of J^T J.
    """

    def find(self, attempt: Attempt) -> Trial | None:
        """Go up until one works; see `DampingSearch.find`."""
        damping, found = self.damping, attempt(self.damping)
        while found is None and damping < _LARGEST_DAMPING:
            damping *= _RISE
            found = attempt(damping)
        self.damping = damping / _FALL if found is not None else 1e-3
        return found

    def objective_changed(self) -> None:
        """Go on: the new points are like those before."""


def solved(
    product: Callable[[Tensor], Tensor],
    right_side: Tensor,
    precondition: Callable[[Tensor], Tensor],
    iterations: int,
) -> Tensor:
    """Solve A x = b by preconditioned conjugate gradients, from 0.

    Args:
        product: A v for a v, shape (P,).
        right_side: b, shape (P,).
        precondition: Multiplies by what is near the inverse of A.
        iterations: At most; fewer where hardly anything of b is left.

    Returns:
        x, shape (P,).
    """
    x, left = torch.zeros_like(right_side), right_side.clone()
    z = precondition(left)
    direction, size = z.clone(), left @ z
    enough = _LEFT * right_side.norm()
    for _ in range(iterations):
        image = product(direction)
        curvature = direction @ image
        if not float(curvature) > 0:
            break
        length = size / curvature
        x, left = x + length * direction, left - length * image
        if float(left.norm()) < enough:
            break
        z = precondition(left)
        size, before = left @ z, size
        direction = z + size / before * direction
    return x
