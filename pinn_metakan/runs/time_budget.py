"""The seconds that a run may take, of those that a user gave to it or to several."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TimeBudget:
    """Seconds of a run since a moment.

    Args:
        seconds: What the run may take [s].
        started: When its clock began, as `time.time` [s].
        given: What the user gave to all runs together [s]; the same unless given.
    """

    seconds: float
    started: float
    given: float | None = None

    @property
    def label(self) -> str:
        """What it is called."""
        if self.given is None or self.given == self.seconds:
            return f"the budget of {self.seconds:g} s"
        return f"its part of {self.seconds:g} s of the budget of {self.given:g} s"

    def given_for(self, seconds: float) -> float:
        """What the user has to give [s], so that this run gets so many seconds."""
        return seconds * (1.0 if self.given is None else self.given / self.seconds)
