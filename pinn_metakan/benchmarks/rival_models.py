"""Steps for many parameters that the kernel of a sample is compared with."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.optimizers.optimizer import Probe
from pinn_metakan.optimizers.step_model import PointOf, StepModel
from pinn_metakan.runs.assembled import AssembledRun

#: Length of the central difference of J v, in parts of the length of v.
_DIFFERENCE = 1e-5


class SketchedModel(StepModel):
    """Gauss-Newton steps of a sketch S J of s rows, each the sum of random rows with random signs.

    Args:
        count: s.
        generator: What the sketch is drawn from.

    Source: Clarkson, Woodruff, J. ACM 63 (2017) 54 (count sketch).
    """

    def __init__(self, count: int, generator: Generator):
        self._count, self._generator = count, generator

    def around(self, probe: Probe, point: Tensor) -> PointOf | None:
        """Add all rows of J to those of the sketch; see `StepModel.around`."""
        r, jacobian = probe.linearize_within(0)
        rows = jacobian.rows()
        bucket = torch.randint(self._count, (len(r),), generator=self._generator).to(r.device)
        sign = 2 * torch.randint(2, (len(r),), generator=self._generator).to(r.device) - 1
        sketch = rows.new_zeros(self._count, rows.shape[1])
        sketch.index_add_(0, bucket, sign.unsqueeze(1) * rows)
        short = rows.new_zeros(self._count).index_add_(0, bucket, sign * r.double())
        here = Linearization(point, short, sketch, 0.5)
        problem = DampedLeastSquares(here)

        def point_of(damping: float) -> Tensor | None:
            found = problem.factorization(damping)
            return None if found is None else here.moved(found.solve(here.r, 2))

        return point_of

    def moved(self, step: Tensor) -> None:
        """Nothing is carried on."""

    def state(self) -> dict[str, Any]:
        """Nothing is carried on."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Nothing is carried on."""


class ConjugateGradients(StepModel):
    """Gauss-Newton steps of all residuals by conjugate gradients, J never made.

    J v is a central difference of residuals, J^T w a backward pass; the preconditioner is the
    Nystroem approximation (J_S^T J_S + lambda)^-1 of a sample S of the points.

    Args:
        run: Its objective is differentiated.
        count: Points of the sample; 0 for no preconditioner.
        iterations: Of conjugate gradients.
        generator: What samples are drawn from.

    Source: Frangella, Tropp, Udell, SIAM J. Matrix Anal. Appl. 44 (2023) 718-752.
    """

    def __init__(self, run: AssembledRun, count: int, iterations: int, generator: Generator):
        self._run, self._count = run, count
        self._iterations, self._generator = iterations, generator

    def around(self, probe: Probe, point: Tensor) -> PointOf | None:
        """Say how conjugate gradients find a step; see `StepModel.around`."""
        parameters = list(self._run.ansatz.parameters())
        point = flattened(parameters)
        r = self._run.objective.vector().detach()

        def pulled(w: Tensor) -> Tensor:
            assign(point, parameters)
            with torch.enable_grad():
                found = torch.autograd.grad(self._run.objective.vector(), parameters, w)
            return torch.cat([part.flatten() for part in found])

        def pushed(v: Tensor) -> Tensor:
            length = _DIFFERENCE / max(float(v.norm()), math.ulp(0.0))
            ends = []
            for sign in (1.0, -1.0):
                assign(point + sign * length * v, parameters)
                ends.append(self._run.objective.vector())
            assign(point, parameters)
            return (ends[0] - ends[1]) / (2 * length)

        _, jacobian = probe.linearize_part(max(self._count, 1), self._generator)
        rows = jacobian.rows()
        kernel = rows @ rows.T
        trace, right_side = float(kernel.diagonal().sum()), -pulled(r)

        def point_of(damping: float) -> Tensor | None:
            amount = damping * trace
            precondition = _preconditioner(rows, kernel, amount) if self._count else _identity
            step = _solved(
                lambda v: pulled(pushed(v)) + amount * v,
                right_side,
                precondition,
                self._iterations,
            )
            return point + step

        return point_of

    def moved(self, step: Tensor) -> None:
        """Nothing is carried on."""

    def state(self) -> dict[str, Any]:
        """Nothing is carried on."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Nothing is carried on."""


def _identity(v: Tensor) -> Tensor:
    return v


def _preconditioner(rows: Tensor, kernel: Tensor, amount: float) -> Callable[[Tensor], Tensor]:
    """Apply (J_S^T J_S + lambda)^-1 by the kernel of the sample."""
    damped = kernel.clone()
    damped.diagonal().add_(amount)
    lower, _ = torch.linalg.cholesky_ex(damped)

    def apply(v: Tensor) -> Tensor:
        inner = torch.cholesky_solve((rows @ v).unsqueeze(1), lower).squeeze(1)
        return (v - rows.T @ inner) / amount

    return apply


def _solved(
    product: Callable[[Tensor], Tensor],
    right_side: Tensor,
    precondition: Callable[[Tensor], Tensor],
    iterations: int,
) -> Tensor:
    """Solve A x = b by preconditioned conjugate gradients, from 0."""
    x, left = torch.zeros_like(right_side), right_side.clone()
    z = precondition(left)
    direction, size = z.clone(), left @ z
    for _ in range(iterations):
        image = product(direction)
        curvature = direction @ image
        if not float(curvature) > 0:
            break
        length = size / curvature
        x, left = x + length * direction, left - length * image
        z = precondition(left)
        size, before = left @ z, size
        direction = z + size / before * direction
    return x
