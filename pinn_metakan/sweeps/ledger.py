"""What a storage tells of the trials of a sweep.

A trial of the sweep may take several attempts, each of which is a trial of Optuna: the first one,
and one more each time that a process which worked on it has ended. Of several processes that begin
the same attempt at the same time, the one whose trial has the lowest number has it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pinn_metakan.sweeps.process import Process

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

#: Names of what a trial of Optuna keeps: which trial of the sweep it is, which attempt at it, the
#: values that were chosen, the process, a sign of life, and how it ended.
TRIAL, ATTEMPT, VALUES, PROCESS, BEAT, RESULT = (
    "trial",
    "attempt",
    "values",
    "process",
    "beat",
    "result",
)


class State(Enum):
    """Where an attempt stands."""

    RUNNING = "running"
    FINISHED = "finished"
    PRUNED = "pruned"
    FAILED = "failed"
    #: Its process has ended before the run did; another attempt goes on.
    BROKEN_OFF = "broken off"


#: States that no attempt follows.
OVER = (State.FINISHED, State.PRUNED, State.FAILED)


@dataclass(frozen=True)
class Attempt:
    """An attempt at a trial.

    Args:
        trial: Number of the trial in the sweep, from 0.
        attempt: Number of the attempt at it, from 0.
        values: What is varied, by name.
        number: Number of the trial of Optuna.
        key: What the storage calls that.
        state: Where it stands.
        process: Who works on it.
        beat: The last sign of life, and what the run had reached then.
        result: How it ended; empty before.
        reported: What pruning compares, by steps or seconds.
        drawn: What Optuna drew, by name.
    """

    trial: int
    attempt: int
    values: Mapping[str, object]
    number: int
    key: int
    state: State
    process: Process
    beat: Mapping[str, Any]
    result: Mapping[str, Any]
    reported: Mapping[int, float]
    drawn: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Name of the trial, and of its run folder."""
        return trial_label(self.trial)

    @classmethod
    def of(cls, trial: "FrozenTrial") -> "Attempt":
        """Read a trial of Optuna."""
        kept = trial.user_attrs
        return cls(
            kept[TRIAL],
            kept[ATTEMPT],
            kept[VALUES],
            trial.number,
            trial._trial_id,
            _state(trial),
            Process.recorded(kept[PROCESS]),
            kept.get(BEAT, {}),
            kept.get(RESULT, {}),
            trial.intermediate_values,
            trial.params,
        )


def trial_label(trial: int) -> str:
    """Name of a trial, and of its run folder: trial-000."""
    return f"trial-{trial:03d}"


def latest_attempts(trials: "Iterable[FrozenTrial]") -> dict[int, Attempt]:
    """The last attempt at each trial.

    Args:
        trials: Those of Optuna.

    Returns:
        Attempts by the number of their trial; none for a trial that has not begun.
    """
    found: dict[int, Attempt] = {}
    for trial in sorted(trials, key=lambda trial: trial.number):
        if TRIAL not in trial.user_attrs:
            continue  # of another program
        before = found.get(trial.user_attrs[TRIAL])
        if before is None or trial.user_attrs[ATTEMPT] > before.attempt:
            found[trial.user_attrs[TRIAL]] = Attempt.of(trial)
    return found


def _state(trial: "FrozenTrial") -> State:
    from optuna.trial import TrialState

    match trial.state:
        case TrialState.COMPLETE:
            return State.FINISHED
        case TrialState.PRUNED:
            return State.PRUNED
        case TrialState.FAIL:
            return State.FAILED if trial.user_attrs.get(RESULT) else State.BROKEN_OFF
        case _:
            return State.RUNNING
