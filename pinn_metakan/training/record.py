"""What training has done so far: steps, seconds, history."""

import math
import time
from collections.abc import Mapping
from typing import Any

from pinn_metakan.training.pace import Pace


class TrainingRecord:
    """Steps, seconds and the history of a run, over all of its stages.

    Attributes:
        step: Steps taken.
        first_loss: The loss before the first step; NaN if it is not known.
        entries: The history: ``step``, ``seconds``, ``loss`` and errors, one dict per entry.
        pace: How fast stages go in this sitting.
        begins: Where stages began: ``stage``, ``leg``, ``slab``, ``step`` and ``seconds``, one dict
            per stage; legs and slabs count from 1.
    """

    def __init__(self) -> None:
        self.step = 0
        self.first_loss = math.nan
        self.entries: list[dict[str, float]] = []
        self.pace = Pace()
        self.begins: list[dict[str, str | float]] = []
        self._leg, self._slab = 1, 1
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

    def begin_leg(self, leg: int, slab: int) -> None:
        """Note which leg the stages that follow belong to.

        Args:
            leg: Its number, from 1.
            slab: Number of the slab of time that it solves, from 1.
        """
        self._leg, self._slab = leg, slab

    def begin_stage(self, name: str) -> None:
        """Note that a stage begins; one that has begun and taken no step yet is noted once."""
        place: dict[str, str | float] = {"stage": name, "leg": self._leg, "slab": self._slab}
        place["step"] = self.step
        if not self.begins or not place.items() <= self.begins[-1].items():
            self.begins.append({**place, "seconds": self.seconds})

    @property
    def losses_of_slabs(self) -> list[float]:
        """The loss that each slab ended with, that of the present one as it is now."""
        firsts: dict[int, float] = {}
        for begin in self.begins:
            firsts.setdefault(int(begin["slab"]), float(begin["step"]))
        ends = [*list(firsts.values())[1:], math.inf]
        found = []
        for end in ends:
            losses = [entry["loss"] for entry in self.entries if entry["step"] <= end]
            found.append(losses[-1] if losses else math.nan)
        return found

    @property
    def has_improved(self) -> bool:
        """Whether a loss is lower than that before the first step, or that is not known."""
        losses = [entry["loss"] for entry in self.entries if entry["step"] > 0]
        return self.step == 0 or not min(losses, default=math.inf) >= self.first_loss

    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "first_loss": self.first_loss,
            "history": self.entries,
            "begins": self.begins,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.step, self.entries = state["step"], state["history"]
        self.first_loss = state.get("first_loss", math.nan)  # not in version 0.2.0
        self.begins = state.get("begins", [])  # not up to version 0.2.0
        self._seconds_before = state["seconds"]
