"""Gauss-Newton by the kernel of a part of the residuals: for more parameters than J^T J allows."""

import math
from collections.abc import Sequence
from typing import Any

from torch import Generator, nn

from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.optimizers.damping_search import LowestLoss
from pinn_metakan.optimizers.kernel_model import KernelModel
from pinn_metakan.optimizers.optimizer import Optimizer, Probe
from pinn_metakan.optimizers.sampled_gauss_newton import SampledGaussNewton
from pinn_metakan.optimizers.verdict import Verdict


class KernelGaussNewton(Optimizer):
    """Minimize |r|^2 by damped steps of another part of the residuals each time.

    `KernelModel` turns a damping into a step, `LowestLoss` chooses the damping by all residuals.

    Args:
        parameters: All parameters.
        sample: Points of a step.
        damping: First damping, as part of the trace of J^T J of a sample.
        momentum: How much of the last step goes on where a sample says nothing, 0 to 1.
        tolerance: Ends the stage when |r|^2 falls by less than this part of it five times in a row.
        plateau: It does not where |r|^2 is above this.
        scaling: Exponent of the column norms that parameters are measured in.
        communicator: Adds up what other processes have of the residuals.
        generator: What samples are drawn from; one of its own unless given.

    Source: what `KernelModel` names.
    """

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        sample: int = 1000,
        damping: float = 1e-6,
        momentum: float = 0.0,
        tolerance: float = 0.0,
        plateau: float = math.inf,
        scaling: float = 0.5,
        communicator: Communicator = ONE_PROCESS,
        generator: Generator | None = None,
    ):
        drawn_from = Generator().manual_seed(0) if generator is None else generator
        model = KernelModel(sample, momentum, scaling, communicator, drawn_from)
        search = LowestLoss(damping)
        self._steps = SampledGaussNewton(
            parameters, model, search, tolerance, plateau, communicator
        )

    def step(self, probe: Probe) -> Verdict | None:
        """Take one step; see `Optimizer.step`."""
        return self._steps.step(probe)

    def objective_changed(self) -> None:
        """Count idle steps anew."""
        self._steps.objective_changed()

    def state(self) -> dict[str, object]:
        """Copy the damping, the last step, and where the generator is."""
        return self._steps.state()

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._steps.load(state)
