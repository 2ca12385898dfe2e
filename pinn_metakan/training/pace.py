"""How fast the stages of a run go, and what the rest of them takes."""

from collections.abc import Iterable


class Pace:
    """Seconds of a step by kind of optimizer, as this sitting has measured them."""

    def __init__(self) -> None:
        self._kind = ""
        self._from = (0, 0.0)
        self._seconds_of_step: dict[str, float] = {}

    def begin(self, kind: str, step: int, seconds: float) -> None:
        """Measure another stage from now on.

        Args:
            kind: What its optimizer is called.
            step: Steps taken so far.
            seconds: Training time so far.
        """
        self._kind, self._from = kind, (step, seconds)

    def note(self, step: int, seconds: float) -> None:
        """Take the present stage's pace anew.

        Args:
            step: Steps taken so far.
            seconds: Training time so far.
        """
        first, since = self._from
        if step > first:
            self._seconds_of_step[self._kind] = (seconds - since) / (step - first)

    def left(self, stages: Iterable[tuple[str, int]]) -> float | None:
        """Seconds that stages take.

        Args:
            stages: Kind of optimizer and number of steps of each.

        Returns:
            Their sum; None if one of them has a pace that is not known yet.
        """
        total = 0.0
        for kind, steps in stages:
            if steps == 0:
                continue
            if kind not in self._seconds_of_step:
                return None
            total += steps * self._seconds_of_step[kind]
        return total
