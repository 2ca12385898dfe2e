"""What every optimizer offers to the trainer."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor

#: Evaluates the loss at the present parameters and leaves the gradient in their `.grad`.
Evaluate = Callable[[], Tensor]


class Optimizer(ABC):
    """Changes parameters in place, one step a call."""

    @abstractmethod
    def step(self, evaluate: Evaluate) -> str | None:
        """Take one step.

        Args:
            evaluate: Gives the loss and leaves its gradient.

        Returns:
            Why the stage is over, None if it goes on. Reasons that mean convergence contain the
            word "tolerance".
        """

    @abstractmethod
    def objective_changed(self) -> None:
        """Forget what was learned of the objective, which has new points."""

    @abstractmethod
    def state(self) -> dict[str, object]:
        """Give all that `load` needs to go on exactly: nested dicts of tensors and numbers."""

    @abstractmethod
    def load(self, state: dict[str, object]) -> None:
        """Go on from a state."""
