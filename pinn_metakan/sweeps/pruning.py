"""When a trial that is behind the others is ended: Optuna's median pruner on the history."""

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pinn_metakan.sweeps.ledger import Attempt
from pinn_metakan.sweeps.plan import Pruning, SweepPlan
from pinn_metakan.sweeps.proposals import rivals_of
from pinn_metakan.training.progress import ProgressEntry

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

#: Where trials are compared first, in steps or seconds of CPU, and the factor to the next place;
#: of a number of finished trials on (docs/decisions/0042-sweeps.md).
FIRST = {"steps": 100, "seconds": 8}
FACTOR = 2
FINISHED_TRIALS = 5


class Milestones:
    """The places of a run where it is compared with others: 100, 200, 400, ... steps.

    Args:
        kind: What is counted; seconds are those of CPU of this process.
        goal: What is made small.
        reached: What earlier attempts have noted, by place.
        seconds: CPU that earlier attempts have taken [s].
    """

    def __init__(self, kind: Pruning, goal: str, reached: Mapping[int, float], seconds: float):
        self._kind = kind
        self._goal = goal
        self._began = time.process_time() - seconds
        self._best = min(reached.values(), default=math.inf)
        self._next = max(reached, default=0) * FACTOR or FIRST.get(kind, 0)

    @property
    def seconds(self) -> float:
        """CPU that the run has taken so far, earlier attempts included [s]."""
        return time.process_time() - self._began

    def reached(self, entry: ProgressEntry) -> list[tuple[int, float]]:
        """Places that an entry of the history is the first to reach.

        Args:
            entry: The entry.

        Returns:
            Of each its place and the smallest value until then.
        """
        if self._kind == "off":
            return []
        value = value_of(entry, self._goal)
        self._best = min(self._best, value if math.isfinite(value) else math.inf)
        at = entry.step if self._kind == "steps" else self.seconds
        found = []
        while at >= self._next:
            found.append((self._next, self._best))
            self._next *= FACTOR
        return found


def value_of(entry: ProgressEntry, goal: str) -> float:
    """What is made small, as an entry of the history has it: the largest error, or the loss."""
    is_error = goal == "error" and entry.errors
    return max(entry.errors.values()) if is_error else entry.loss


def is_behind(
    plan: SweepPlan,
    attempt: Attempt,
    reported: Mapping[int, float],
    attempts: Mapping[int, Attempt],
) -> bool:
    """Whether a trial is worse than the median of the finished ones at the same place.

    Args:
        plan: The sweep.
        attempt: The attempt at the trial.
        reported: What it has reached, by place.
        attempts: The last attempt at each trial that has begun.

    Returns:
        Whether it is to be ended.
    """
    from optuna.trial import TrialState, create_trial

    trial = create_trial(
        state=TrialState.RUNNING,
        params=dict(attempt.drawn),
        distributions={axis.name: axis.distribution() for axis in plan.search},
        intermediate_values=dict(reported),
    )
    return _pruner().prune(rivals_of(plan, attempt.trial, attempts), trial)


def _pruner() -> "BasePruner":
    from optuna.pruners import MedianPruner

    return MedianPruner(n_startup_trials=FINISHED_TRIALS)
