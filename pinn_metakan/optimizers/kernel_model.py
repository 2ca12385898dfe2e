"""Steps by the kernel J J^T of a part of the residuals, another part for each step."""

import math
from typing import Any

import torch
from torch import Generator, Tensor

from pinn_metakan.optimizers.communicator import Communicator
from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.optimizers.optimizer import Probe
from pinn_metakan.optimizers.step_model import PointOf, StepModel
from pinn_metakan.untrusted.shapes import refuse_other_shape

#: Digits of a step: it is one of a sample, and the next one takes out what it leaves.
_DIGITS = 2


class KernelModel(StepModel):
    r"""Damped Gauss-Newton steps of n residuals, drawn anew for each.

    .. math::
        \delta = \mu \phi - J_S^T (J_S J_S^T + \lambda)^{-1} (r_S + \mu J_S \phi)

    is the minimum of :math:`|r_S + J_S \delta|^2 + \lambda |\delta - \mu \phi|^2`, with the step
    phi before: in directions that the sample S says nothing of, the last step goes on.

    Args:
        count: n, points of a sample; where residuals compare several points, all of these.
        momentum: mu, 0 to 1.
        scaling: Exponent of the column norms that parameters are measured in.
        communicator: The processes that have the residuals.
        generator: What samples are drawn from.

    Source: Goldshlager, Abrahamsen, Lin, J. Comput. Phys. 516 (2024) 113351 (SPRING); for residuals
    of equations, Guzman-Cordero, Dangel, Goldshlager, Zeinhofer, arXiv:2505.12149.
    """

    def __init__(
        self,
        count: int,
        momentum: float,
        scaling: float,
        communicator: Communicator,
        generator: Generator,
    ):
        self._count, self._momentum, self._scaling = count, momentum, scaling
        self._communicator, self._generator = communicator, generator
        self._last: Tensor | None = None

    def around(self, probe: Probe, point: Tensor) -> PointOf | None:
        """Draw a sample and linearize it; see `StepModel.around`."""
        r, jacobian = probe.linearize_part(self._count, self._generator)
        here = Linearization(point, r, jacobian, self._scaling, self._communicator)
        if not 0 < here.trace < math.inf:
            return None
        problem = DampedLeastSquares(here)
        carried = torch.zeros_like(here.slopes)
        right_side = here.r
        if self._last is not None and self._momentum > 0:
            carried = self._momentum * here.measured(self._last.to(point))  # of a file: on the CPU
            right_side = here.r + here.pushed(carried)

        def point_of(damping: float) -> Tensor | None:
            factorization = problem.factorization(damping)
            if factorization is None:
                return None
            return here.moved(carried + factorization.solve(right_side, _DIGITS))

        return point_of

    def moved(self, step: Tensor) -> None:
        """Keep the step; see `StepModel.moved`."""
        self._last = step

    def state(self) -> dict[str, Any]:
        """Copy the last step, and where the generator is."""
        return {"last_step": self._last, "generator": self._generator.get_state()}

    def load(self, state: dict[str, Any], count: int) -> None:
        """Go on from a state; see `StepModel.load`."""
        self._last = state["last_step"]
        if self._last is not None:
            refuse_other_shape(self._last, (count,), "model.last_step")
        self._generator.set_state(state["generator"].cpu())
