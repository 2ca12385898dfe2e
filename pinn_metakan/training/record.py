"""What training has done so far: steps, seconds, history."""

import time
from collections.abc import Mapping
from typing import Any

from pinn_metakan.training.pace import Pace


class TrainingRecord:
    """Steps, seconds and the history of a run, over all of its stages.

    Attributes:
        step: Steps taken.
        entries: The history: ``step``, ``seconds``, ``loss`` and errors, one dict per entry.
        pace: How fast stages go in this sitting.
    """

    def __init__(self) -> None:
        self.step = 0
        self.entries: list[dict[str, float]] = []
        self.pace = Pace()
        self._seconds_before = 0.0
        self._clock: float | None = None  # runs while training does

    @property
    def seconds(self) -> float:
        """Training time, that of earlier sittings included."""
        sitting = 0.0 if self._clock is None else time.perf_counter() - self._clock
        return self._seconds_before + sitting

    def start_clock(self) -> None:
        """Count the seconds from now on."""
        self._clock = time.perf_counter()

    def stop_clock(self) -> None:
        """Count no longer."""
        self._seconds_before, self._clock = self.seconds, None

    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on."""
        return {"step": self.step, "seconds": self.seconds, "history": self.entries}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.step, self.entries = state["step"], state["history"]
        self._seconds_before = state["seconds"]
