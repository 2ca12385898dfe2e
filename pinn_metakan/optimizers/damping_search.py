"""What chooses among dampings."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from pinn_metakan.optimizers.step_rule import Trial

# The first three: docs/decisions/0002-corrected-steps.md.
#: Dampings that are tried, as parts of the trace of J^T J.
_SMALLEST_DAMPING, _LARGEST_DAMPING = 1e-28, 1e3
#: From one damping to the next.
_FACTOR = 4.0
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
        #: The last one that worked: what has to be kept to go on.
        self.damping = damping

    @abstractmethod
    def find(self, attempt: Attempt) -> Trial | None:
        """Try dampings; where the chosen one leads, None if none works."""

    def objective_changed(self) -> None:
        """Damp more: the new points have not been seen."""
        self.damping = min(self.damping * 10, 1.0)


class SmallestDamping(DampingSearch):
    """Takes the smallest damping that works, by factors of 4 from the last one.

    It is taken even if a larger one would lower the loss more now: small dampings follow a curved
    valley further.

    Args:
        damping: First one, as part of the trace of J^T J.
    """

    def find(self, attempt: Attempt) -> Trial | None:
        """Go down while it works, else up until it does; see `DampingSearch.find`."""
        accepted, damping = None, self.damping
        while damping >= _SMALLEST_DAMPING:
            trial = attempt(damping)
            if trial is None:
                break
            accepted, self.damping = trial, damping
            damping /= _FACTOR
        damping = self.damping
        while accepted is None and damping < _LARGEST_DAMPING:
            damping *= _FACTOR
            accepted = attempt(damping)
            self.damping = damping
        if accepted is None:
            self.damping = _AFTER_FAILURE
        return accepted
