"""What chooses among dampings."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from pinn_metakan.optimizers.step_rule import Trial

# All but the last: docs/decisions/0002-corrected-steps.md.
#: Dampings that are tried, as parts of the trace of J^T J.
_SMALLEST_DAMPING, _LARGEST_DAMPING = 1e-28, 1e3
#: From one damping to the next: where steps are easy or fail, and from one step to the next.
_LEAP, _HALF = 4.0, 2.0
#: Corrections of an easy step, and of one after which the damping stays, at most.
_EASY, _HARD = 1, 3
#: Up from a damping of a sample that fails, and the smallest one of a sample
#: (docs/decisions/0041-large-runs.md).
_STRIDE, _SMALLEST_OF_SAMPLE = 16.0, 1e-14
#: From where another step may start, on new points, when no damping has worked on the last ones.
_AFTER_FAILURE = 1e-3

#: Where a damping, as part of the trace of J^T J, leads; None if it fails.
Attempt = Callable[[float], Trial | None]


class DampingSearch(ABC):
    """Finds a damping that works.

    Args:
        damping: First one, as part of the trace of J^T J.
    """

    def __init__(self, damping: float = 1e-3):
        #: What the next step begins with: all that has to be kept to go on.
        self.damping = damping

    @abstractmethod
    def find(self, attempt: Attempt) -> Trial | None:
        """Try dampings; where the chosen one leads, None if none works."""

    def objective_changed(self) -> None:
        """Damp more: the new points have not been seen."""
        self.damping = min(self.damping * 10, 1.0)


class SmallestDamping(DampingSearch):
    """Takes a damping near the smallest that works, from half of the last one on.

    A step that works at once, or after one correction, is tried with a quarter of its damping, and
    so on, even if a larger one would lower the loss more now: small dampings follow a curved valley
    further. One that took more corrections is taken. Where it took many, the next step begins with
    the same damping, not with half of it, since a trial that fails costs as much as one that works.

    Args:
        damping: First one, as part of the trace of J^T J.
    """

    def find(self, attempt: Attempt) -> Trial | None:
        """Go down while it is easy, up until it works; see `DampingSearch.find`."""
        damping = self.damping
        accepted = attempt(damping)
        while accepted is not None and accepted.corrections <= _EASY:
            if damping / _LEAP < _SMALLEST_DAMPING:
                break
            further = attempt(damping / _LEAP)
            if further is None:
                break
            accepted, damping = further, damping / _LEAP
        rise = _HALF
        while accepted is None and damping < _LARGEST_DAMPING:
            damping *= rise
            accepted = attempt(damping)
            rise = _LEAP
        if accepted is None:
            self.damping = _AFTER_FAILURE
        else:
            self.damping = damping / _HALF if accepted.corrections <= _HARD else damping
        return accepted


class LowestLoss(DampingSearch):
    """Takes the damping, of those from the last one on, whose step leads to the lowest loss.

    It goes down while that lowers the loss further; where it does not, it looks up instead. With a
    small damping, which a whole linearization bears, a sample is fitted alone.

    Args:
        damping: First one, as part of the trace of J^T J.
    """

    def find(self, attempt: Attempt) -> Trial | None:
        """Walk down while the loss falls, else up; see `DampingSearch.find`."""
        damping, best = self.damping, attempt(self.damping)
        while best is None and damping < _LARGEST_DAMPING:
            damping *= _STRIDE
            best = attempt(damping)
        if best is None:
            self.damping = _AFTER_FAILURE
            return None
        if damping > self.damping:  # what is below has failed
            self.damping = damping
            return best
        for factor in (1 / _LEAP, _LEAP):
            start = damping
            while _SMALLEST_OF_SAMPLE < damping * factor < _LARGEST_DAMPING:
                further = attempt(damping * factor)
                if further is None or further.loss >= best.loss:
                    break
                best, damping = further, damping * factor
            if damping != start:
                break
        self.damping = damping
        return best

    def objective_changed(self) -> None:
        """Go on: each step has seen other residuals anyway."""
