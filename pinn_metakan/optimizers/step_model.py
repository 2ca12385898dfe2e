"""What makes steps of a damping from a part of what is known of the residual."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from torch import Tensor

from pinn_metakan.optimizers.optimizer import Probe

#: Takes a damping, as part of the trace of J^T J, gives parameters, (P,); None if it serves none.
PointOf = Callable[[float], Tensor | None]


class StepModel(ABC):
    """A model of the residual near a point, which is cheaper than its whole linearization."""

    @abstractmethod
    def around(self, probe: Probe, point: Tensor) -> PointOf | None:
        """Make the model at a point.

        Args:
            probe: The objective, at these parameters.
            point: They, shape (P,).

        Returns:
            What a damping leads to; None where the derivatives are not finite, or all are zero.
        """

    @abstractmethod
    def moved(self, step: Tensor) -> None:
        """Learn of the step that was taken, shape (P,)."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Copy what the next model depends on."""

    @abstractmethod
    def load(self, state: dict[str, Any], count: int) -> None:
        """Go on from a state.

        Args:
            state: What `state` gave.
            count: P, the number of parameters.
        """
