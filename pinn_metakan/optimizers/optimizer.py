"""What every optimizer offers to the trainer, and what it may ask of the objective."""

from abc import ABC, abstractmethod
from typing import Protocol

from torch import Generator, Tensor

from pinn_metakan.optimizers.jacobian import Jacobian
from pinn_metakan.optimizers.verdict import Outcome, Verdict


class Probe(Protocol):
    """The objective at the present parameters.

    Each call that evaluates all of it is noted for the best state; `linearize_part` is not.
    """

    def gradient(self) -> Tensor:
        """Evaluate the loss and leave its gradient in the `.grad` of the parameters."""

    def residual(self) -> Tensor:
        """Evaluate the residual vector r (N,), without a graph; the loss is |r|^2."""

    def linearize(self) -> tuple[Tensor, Tensor]:
        """Evaluate r (N,) and its Jacobian (N, P), columns in the order of the parameters."""

    def linearize_within(self, numbers: int) -> tuple[Tensor, Jacobian]:
        """Evaluate r (N,) and its Jacobian, which is kept if it has no more numbers than these.

        One that has more is made anew, in blocks of rows, when something is asked of it.
        """

    def linearize_part(self, count: int, generator: Generator) -> tuple[Tensor, Jacobian]:
        """Evaluate r and its Jacobian at so many points, drawn from those of the residual vector.

        Their mean squares stand for those of all; a generator of the CPU decides which they are.
        """


#: The verdict on a step that began where the loss is NaN or infinite.
NOT_FINITE = Verdict(Outcome.NOT_FINITE, "the loss is not finite")


class Optimizer(ABC):
    """Changes parameters in place, one step for each call."""

    @abstractmethod
    def step(self, probe: Probe) -> Verdict | None:
        """Take one step.

        Args:
            probe: The objective.

        Returns:
            Why the stage is over, None if it goes on.
        """

    @abstractmethod
    def objective_changed(self) -> None:
        """Forget what was learned of the objective, which has new points."""

    @abstractmethod
    def state(self) -> dict[str, object]:
        """Copy all that `load` needs to go on exactly: nested dicts of tensors and numbers."""

    @abstractmethod
    def load(self, state: dict[str, object]) -> None:
        """Go on from a state."""
