"""Levenberg-Marquardt with geodesic acceleration and corrected steps."""

import math
from collections.abc import Sequence
from typing import Any

from torch import nn

from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.optimizers.corrected_step import CorrectedStep
from pinn_metakan.optimizers.damped_gauss_newton import DampedGaussNewton
from pinn_metakan.optimizers.damping_search import SmallestDamping
from pinn_metakan.optimizers.jacobian import LARGEST_KEPT
from pinn_metakan.optimizers.optimizer import Optimizer, Probe
from pinn_metakan.optimizers.verdict import Verdict


class LevenbergMarquardt(Optimizer):
    """Minimize |r|^2 by damped Gauss-Newton steps that follow the valley's bends.

    `CorrectedStep` turns a damping into a step, `SmallestDamping` chooses the damping: the smallest
    whose actual reduction of |r|^2 is at least a tenth of the predicted one.

    Parameters are measured in units of the column norms of J to the power -scaling: where prompts,
    hidden and output weights of a meta-learner are in one vector, neither plain (0) nor full (1)
    scaling does as well as a half.

    Args:
        parameters: All parameters.
        damping: First damping, as part of the trace of J^T J.
        acceleration: Largest bend of a step, as part of it; 0 for none.
        corrections: Corrections of a step at most; 0 for none.
        smallest_ratio: Actual over predicted reduction of |r|^2 that a step needs.
        tolerance: Ends the stage when |r|^2 falls by less than this part of it five times in a row.
        plateau: It does not where |r|^2 is above this.
        scaling: Exponent of the column norms.
        communicator: Adds up what other processes have of the residuals.
        max_numbers: Numbers of the largest J that is kept; one that has more is made in blocks of
            rows.

    Source: More, LNM 630 (1978) 105-116, and what `CorrectedStep` names.
    """

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        damping: float = 1e-3,
        acceleration: float = 0.75,
        corrections: int = 6,
        smallest_ratio: float = 0.1,
        tolerance: float = 0.0,
        plateau: float = math.inf,
        scaling: float = 0.5,
        communicator: Communicator = ONE_PROCESS,
        max_numbers: int = LARGEST_KEPT,
    ):
        rule = CorrectedStep(acceleration, corrections, smallest_ratio)
        search = SmallestDamping(damping)
        self._steps = DampedGaussNewton(
            parameters, rule, search, tolerance, plateau, scaling, communicator, max_numbers
        )

    def step(self, probe: Probe) -> Verdict | None:
        """Take one step; see `Optimizer.step`."""
        return self._steps.step(probe)

    def objective_changed(self) -> None:
        """Damp more: the new points have not been seen."""
        self._steps.objective_changed()

    def state(self) -> dict[str, object]:
        """Copy the damping and the number of steps without progress."""
        return self._steps.state()

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._steps.load(state)
