"""What a search tries next: Optuna's tree of Parzen estimators, for each combination by itself."""

import hashlib
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pinn_metakan.sweeps.ledger import Attempt, State
from pinn_metakan.sweeps.plan import SweepPlan

if TYPE_CHECKING:
    from optuna import Study

#: Trials of a combination that are random before its estimators choose
#: (docs/decisions/0042-sweeps.md).
RANDOM_TRIALS = 10


def propose(plan: SweepPlan, trial: int, attempts: Mapping[int, Attempt]) -> dict[str, object]:
    """Choose what is searched by a trial.

    The numbers that it is drawn with depend on the seed of the sweep and on the trial alone, so
    that a sweep of one process that was killed chooses what it would have chosen.

    Args:
        plan: The sweep.
        trial: Number of the trial.
        attempts: The last attempt at each trial that has begun.

    Returns:
        Values by name; nothing for a sweep without a search.
    """
    if not plan.search:
        return {}
    from optuna.samplers import TPESampler

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts of Optuna that may change
        sampler = TPESampler(
            seed=_seed(plan.base.seed, trial), n_startup_trials=RANDOM_TRIALS, constant_liar=True
        )
        study = rivals_of(plan, trial, attempts)
        study.sampler = sampler
        asked = study.ask({axis.name: axis.distribution() for axis in plan.search})
    return {axis.name: axis.value(asked.params[axis.name]) for axis in plan.search}


def rivals_of(plan: SweepPlan, trial: int, attempts: Mapping[int, Attempt]) -> "Study":
    """A study in memory of the trials that one is compared with.

    Args:
        plan: The sweep.
        trial: Number of the trial, which is left out.
        attempts: The last attempt at each trial that has begun.

    Returns:
        A study: of the same combination where there is a search, else of all trials.
    """
    import optuna
    from optuna.trial import TrialState, create_trial

    states = {
        State.FINISHED: TrialState.COMPLETE,
        State.PRUNED: TrialState.PRUNED,
        State.RUNNING: TrialState.RUNNING,
        State.BROKEN_OFF: TrialState.RUNNING,
    }
    study = optuna.create_study(direction="minimize")
    for number, attempt in attempts.items():
        is_rival = not plan.search or plan.combination(number) == plan.combination(trial)
        if number == trial or not is_rival or attempt.state not in states:
            continue
        ended = attempt.state in (State.FINISHED, State.PRUNED)
        study.add_trial(
            create_trial(
                state=states[attempt.state],
                value=float(attempt.result[plan.goal]) if ended else None,
                params=dict(attempt.drawn),
                distributions={axis.name: axis.distribution() for axis in plan.search},
                intermediate_values=dict(attempt.reported),
            )
        )
    return study


def _seed(seed: int, trial: int) -> int:
    text = f"{seed} {trial}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big")
