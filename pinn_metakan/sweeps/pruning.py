"""When a trial that is behind the others is ended: Optuna's median pruner on the history."""

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pinn_metakan.settings.sections import Settings
from pinn_metakan.sweeps.ledger import Attempt
from pinn_metakan.sweeps.plan import Pruning, SweepPlan
from pinn_metakan.sweeps.proposals import rivals_of
from pinn_metakan.training.progress import ProgressEntry

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

#: Where trials are compared first, in steps after the first stage or seconds of CPU, and the factor
#: to the next place; of a number of finished trials on (docs/decisions/0042-sweeps.md).
FIRST = {"steps": 40, "seconds": 8}
FACTOR = 2
FINISHED_TRIALS = 5


class Milestones:
    """The places of a run where it is compared with others: 40, 80, 160, ... steps.

    The first of several stages, which is Adam, only prepares the next one: its steps do not count,
    and nothing is compared before its end.

    Args:
        kind: What is counted; seconds are those of CPU of this process.
        goal: What is made small.
        first_stage: Name of the first of several stages, None where there is one.
        attempt: What is trained, with what earlier attempts have noted.
    """

    def __init__(self, kind: Pruning, goal: str, first_stage: str | None, attempt: Attempt):
        self._kind = kind
        self._goal = goal
        self._first_stage = first_stage
        self._began = time.process_time() - attempt.beat.get("cpu_seconds", 0.0)
        self._best = min(attempt.reported.values(), default=math.inf)
        self._next = max(attempt.reported, default=0) * FACTOR or FIRST.get(kind, 0)
        #: Steps of the first stage.
        self.first_steps: int = attempt.beat.get("first_steps", 0)

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
        if entry.stage == self._first_stage:
            self.first_steps = entry.step
            return []
        at = entry.step - self.first_steps if self._kind == "steps" else self.seconds
        found = []
        while at >= self._next:
            found.append((self._next, self._best))
            self._next *= FACTOR
        return found


def first_of_several(settings: Settings) -> str | None:
    """Name of the first of the stages that have a step; None where there is one."""
    names = [name for name in settings.stages if settings.stage(name).steps > 0]
    return names[0] if len(names) > 1 else None


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
