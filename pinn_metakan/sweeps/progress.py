"""Where a sweep stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pinn_metakan.results.sweep_table import SweepTable, TrialRow
from pinn_metakan.sweeps.ledger import OVER, Attempt, State, trial_label
from pinn_metakan.sweeps.plan import SweepPlan


@dataclass(frozen=True)
class SweepProgress:
    """Where a sweep stands.

    Args:
        plan: The sweep.
        attempts: The last attempt at each trial that has begun.
    """

    plan: SweepPlan
    attempts: Mapping[int, Attempt] = field(default_factory=dict)

    @property
    def running(self) -> list[Attempt]:
        """Trials that are worked on, wherever that may be."""
        return [a for a in self.attempts.values() if a.state is State.RUNNING]

    @property
    def over(self) -> list[Attempt]:
        """Trials that are over."""
        return [a for a in self.attempts.values() if a.state in OVER]

    @property
    def seconds_left(self) -> float | None:
        """What the rest takes at most, if the rest is like what is over; None before that."""
        times = [a.result["seconds"] for a in self.over if "seconds" in a.result]
        if not times:
            return None
        mean = sum(times) / len(times)
        done = sum(min(a.beat.get("seconds", 0.0), mean) for a in self.running)
        rest = (self.plan.count - len(self.over)) * mean - done
        return max(rest, 0.0) / max(len(self.running), 1)

    def with_attempt(self, attempt: Attempt) -> "SweepProgress":
        """The same with another attempt at a trial."""
        return SweepProgress(self.plan, {**self.attempts, attempt.trial: attempt})

    def table(self, about: Mapping[str, Any]) -> SweepTable:
        """The table of all trials.

        Args:
            about: What is kept beside them.

        Returns:
            The table, in the order of the trials.
        """
        plan = self.plan
        return SweepTable(
            plan.base.problem.origin.name,
            [axis.name for axis in plan.over],
            [axis.name for axis in plan.search],
            plan.goal,
            [self.row(trial) for trial in range(plan.count)],
            about,
        )

    def row(self, trial: int) -> TrialRow:
        """The row of a trial."""
        label = trial_label(trial)
        attempt = self.attempts.get(trial)
        if attempt is None:
            combination = self.plan.combinations[self.plan.combination(trial)]
            return TrialRow(label, "waiting", combination)
        result = attempt.result if attempt.state in OVER else {}
        return TrialRow(label, attempt.state.value, attempt.values, **result)


#: Told where a sweep stands, each time that something is new.
SweepProgressed = Callable[[SweepProgress], None]
