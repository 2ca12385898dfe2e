"""What changes the objective while it is minimized: weights of terms, multipliers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from pinn_metakan.optimizers.verdict import Outcome, Verdict

#: Where an optimizer can go no further with the objective as it is.
_AT_A_MINIMUM = (Outcome.SETTLED, Outcome.STUCK)


class Adaptation(ABC):
    """Changes an objective between steps; all that it does depends on steps, never on the clock."""

    @abstractmethod
    def after_steps(self, count: int) -> bool:
        """Adapt the objective in the course of a stage.

        Args:
            count: Steps of the stage so far.

        Returns:
            Whether the objective has changed.
        """

    @abstractmethod
    def at_minimum(self) -> bool:
        """Adapt the objective where a step lowers it no more; False if it is to stay as it is."""

    @abstractmethod
    def follow(self) -> bool:
        """Take notice of new points or parameters; tell whether weights have changed by it."""

    @abstractmethod
    def numbers(self) -> dict[str, float]:
        """What entries of the history say of it, at the present parameters."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on exactly."""

    @abstractmethod
    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from a state, on the points that are there."""

    def has_changed(self, count: int, verdict: Verdict | None) -> bool:
        """Adapt the objective after a step.

        Args:
            count: Steps of the stage so far.
            verdict: Why the stage is over, None if it goes on.

        Returns:
            Whether the objective has changed; a verdict that was given no longer holds then.
        """
        if verdict is None:
            return self.after_steps(count)
        return verdict.outcome in _AT_A_MINIMUM and self.at_minimum()


class Unchanged(Adaptation):
    """Leaves the objective as it is."""

    def after_steps(self, count: int) -> bool:
        """Nothing; see `Adaptation.after_steps`."""
        return False

    def at_minimum(self) -> bool:
        """Nothing; see `Adaptation.at_minimum`."""
        return False

    def follow(self) -> bool:
        """Nothing; see `Adaptation.follow`."""
        return False

    def numbers(self) -> dict[str, float]:
        """None; see `Adaptation.numbers`."""
        return {}

    def state(self) -> dict[str, Any]:
        """Nothing; see `Adaptation.state`."""
        return {}

    def load(self, state: Mapping[str, Any]) -> None:
        """Nothing; see `Adaptation.load`."""


UNCHANGED = Unchanged()
