"""Who works on which trial: each is taken by one process, and taken up again if that one ends."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pinn_metakan.sweeps.ledger import (
    ATTEMPT,
    BEAT,
    OVER,
    PROCESS,
    RESULT,
    TRIAL,
    VALUES,
    Attempt,
    State,
    latest_attempts,
)
from pinn_metakan.sweeps.plan import SweepPlan
from pinn_metakan.sweeps.process import Process
from pinn_metakan.sweeps.storage import open_study

if TYPE_CHECKING:
    from optuna.trial import TrialState

#: Seconds between two signs of life of a trial, and without one after which its process counts as
#: gone if it is of another machine or stands still (docs/decisions/0042-sweeps.md).
BEAT_SECONDS, GONE_SECONDS = 5.0, 120.0

#: Chooses what is searched: from the trial's number, its combination and all attempts.
Propose = Callable[[int, Mapping[int, Attempt]], Mapping[str, object]]


class Claims:
    """The trials of a sweep on a storage, for one of the processes that work on them.

    Args:
        plan: The sweep.
        storage: Where it is kept; see `open_study`.
        gone_seconds: How long a process may give no sign of life.
    """

    def __init__(self, plan: SweepPlan, storage: str, gone_seconds: float = GONE_SECONDS):
        self._plan = plan
        self._storage, self._study = open_study(storage, plan.name)
        self._key = self._storage.get_study_id_from_name(plan.name)
        self._gone_seconds = gone_seconds
        #: Of attempts by others the last sign of life, and when it was first seen by the clock
        #: here: those of several machines need not agree.
        self._seen: dict[int, tuple[object, float]] = {}

    def attempts(self) -> dict[int, Attempt]:
        """The last attempt at each trial that has begun, of those that the plan has."""
        latest = latest_attempts(self._study.get_trials(deepcopy=False))
        return {n: attempt for n, attempt in sorted(latest.items()) if n < self._plan.count}

    def is_over(self, attempts: Mapping[int, Attempt]) -> bool:
        """Whether all trials are over."""
        return sum(attempt.state in OVER for attempt in attempts.values()) == self._plan.count

    def claim(self, propose: Propose) -> Attempt | None:
        """Take a trial: the first one that was broken off, or else the first that has not begun.

        Args:
            propose: Chooses what is searched by a trial that has not begun.

        Returns:
            The attempt, which nobody else has; None if others work on all that are left.
        """
        while True:
            attempts = self.attempts()
            open_ = self._open(attempts)
            if open_ is None:
                return None
            trial, before = open_
            if before is None:
                index = self._plan.combination(trial)
                values = {**self._plan.combinations[index], **propose(trial, attempts)}
                found = self._begin(trial, 0, values, {}, {})
            else:
                found = self._begin(
                    trial, before.attempt + 1, before.values, before.reported, before.beat
                )
            if found is not None:
                return found

    def beat(self, attempt: Attempt, reached: Mapping[str, Any]) -> bool:
        """Note a sign of life.

        Args:
            attempt: What this process works on.
            reached: What the run has reached.

        Returns:
            Whether this process has the attempt still.
        """
        from optuna.exceptions import UpdateFinishedTrialError

        try:
            self._storage.set_trial_user_attr(attempt.key, BEAT, {"at": time.time(), **reached})
        except UpdateFinishedTrialError:
            return False
        return True

    def report(self, attempt: Attempt, at: int, value: float) -> bool:
        """Note what a run has reached, for trials to be compared; see `beat`."""
        from optuna.exceptions import UpdateFinishedTrialError

        try:
            self._storage.set_trial_intermediate_value(attempt.key, at, value)
        except UpdateFinishedTrialError:
            return False
        return True

    def end(
        self, attempt: Attempt, state: State, result: Mapping[str, Any], value: float | None
    ) -> None:
        """Note how an attempt ended, unless another process has taken it over.

        Args:
            attempt: The attempt.
            state: One of `OVER`.
            result: What the table tells of it; not empty.
            value: What is made small, None for a trial that failed.
        """
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        states = {State.FINISHED: TrialState.COMPLETE, State.PRUNED: TrialState.PRUNED}
        try:
            self._storage.set_trial_user_attr(attempt.key, RESULT, dict(result))
            self._finish(
                attempt.key,
                states.get(state, TrialState.FAIL),
                None if value is None else [value],
            )
        except UpdateFinishedTrialError:
            return

    def break_off(self, attempt: Attempt) -> None:
        """Leave an attempt for another one to go on with."""
        self._give_up(attempt.key)

    def _open(self, attempts: Mapping[int, Attempt]) -> tuple[int, Attempt | None] | None:
        for trial, attempt in attempts.items():
            if attempt.state is State.BROKEN_OFF or self._is_stale(attempt):
                return trial, attempt
        for trial in range(self._plan.count):
            if trial not in attempts:
                return trial, None
        return None

    def _is_stale(self, attempt: Attempt) -> bool:
        """Whether the process that works on an attempt is gone, or stands still."""
        if attempt.state is not State.RUNNING:
            return False
        if attempt.process.is_known_to_be_gone():
            return True
        now, sign = time.monotonic(), attempt.beat.get("at")
        last, since = self._seen.get(attempt.number, (object(), now))
        if last != sign:
            since = now
        self._seen[attempt.number] = (sign, since)
        return now - since > self._gone_seconds

    def _begin(
        self,
        trial: int,
        attempt: int,
        values: Mapping[str, object],
        reported: Mapping[int, float],
        reached: Mapping[str, Any],
    ) -> Attempt | None:
        """Begin an attempt; None if another process has begun the same one before."""
        from optuna.trial import TrialState, create_trial

        axes = {axis.name: axis for axis in self._plan.search}
        template = create_trial(
            state=TrialState.RUNNING,
            params={name: axis.drawn(values[name]) for name, axis in axes.items()},
            distributions={name: axis.distribution() for name, axis in axes.items()},
            intermediate_values=dict(reported),
            user_attrs={
                TRIAL: trial,
                ATTEMPT: attempt,
                VALUES: dict(values),
                PROCESS: Process.here().record(),
                BEAT: {**reached, "at": time.time()},
            },
        )
        key = self._storage.create_new_trial(self._key, template_trial=template)
        number = self._storage.get_trial_number_from_id(key)
        others = [t for t in self._study.get_trials(deepcopy=False) if t.number < number]
        others = [other for other in others if other.user_attrs.get(TRIAL) == trial]
        if any(other.user_attrs[ATTEMPT] == attempt for other in others):
            self._give_up(key)
            return None
        for other in others:
            if not other.state.is_finished():
                self._give_up(other._trial_id)
        return Attempt.of(self._storage.get_trial(key))

    def _give_up(self, key: int) -> None:
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        try:
            self._finish(key, TrialState.FAIL, None)
        except UpdateFinishedTrialError:
            return  # whoever had it has given it up, or another one has noted it

    def _finish(self, key: int, state: "TrialState", values: list[float] | None) -> None:
        self._storage.set_trial_state_values(key, state=state, values=values)
