"""What turns a damping into a trial."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.linearization import Linearization

#: Evaluates r, shape (N,) of float64, at parameters, shape (P,).
Residual = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Trial:
    """Where a step leads.

    Args:
        point: Parameters, shape (P,).
        r: Residual vector there, shape (N,).
        loss: |r|^2.
        corrections: How often the step was corrected.
    """

    point: Tensor
    r: Tensor
    loss: float
    corrections: int = 0

    @classmethod
    def after(cls, step: Tensor, here: Linearization, residual: Residual) -> "Trial":
        """Evaluate where a step, shape (P,), leads."""
        point = here.moved(step)
        r = residual(point)
        return cls(point, r, here.squared(r))


class StepRule(ABC):
    """Makes a step of a damping, and judges whether it works."""

    @abstractmethod
    def trial(
        self, problem: DampedLeastSquares, residual: Residual, damping: float
    ) -> Trial | None:
        """Try a damping.

        Args:
            problem: The linear model, which solves for steps.
            residual: Evaluates what the model stands for.
            damping: As part of the trace of J^T J.

        Returns:
            Where it leads, None if it fails.
        """
