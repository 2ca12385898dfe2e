"""One trial: trained into its folder, or gone on with there, and its end noted."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pinn_metakan.errors import (
    FolderInUseError,
    Interrupted,
    RunFolderError,
    TrainingError,
    UserError,
)
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.resume import resume
from pinn_metakan.runs.sitting import Progress
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve
from pinn_metakan.sweeps.claims import Claims
from pinn_metakan.sweeps.heartbeat import Heartbeat
from pinn_metakan.sweeps.ledger import Attempt, State
from pinn_metakan.sweeps.plan import SweepPlan
from pinn_metakan.sweeps.pruning import Milestones, first_of_several, is_behind
from pinn_metakan.training.progress import ProgressEntry

logger = logging.getLogger(__name__)

#: What places are counted in.
_PLACES = {"steps": "steps after the first stage", "seconds": "seconds of CPU"}
#: What a run that goes on may take at least, if its budget is almost used up [s].
_LEAST_BUDGET = 1.0
#: Between two looks at a folder that another process writes to still [s]
#: (docs/decisions/0049-endings.md).
_WAIT_SECONDS = 1.0


class _TakenOverError(RuntimeError):
    """Another process works on the trial now, because this one stood still."""


@dataclass(frozen=True)
class Place:
    """Where trials are written.

    Args:
        folder: That of the sweep.
        command: How the sweep was started, noted in each run folder.
    """

    folder: Path
    command: str


def run_attempt(
    plan: SweepPlan,
    attempt: Attempt,
    claims: Claims,
    place: Place,
    told: Callable[[Attempt], None],
) -> None:
    """Train a trial, from where an earlier attempt was, and note how it ended.

    Args:
        plan: The sweep.
        attempt: The attempt, which this process has claimed.
        claims: The trials of the sweep.
        place: Where it is written.
        told: Told the attempt with what it has reached, at each entry of its history.

    Raises:
        Interrupted: If the user stops it; another attempt may go on.
        StorageInternalError: If the storage cannot be reached.
    """
    from optuna.exceptions import StorageInternalError

    first = first_of_several(plan.run(attempt.values).choices().settings)
    milestones = Milestones(plan.pruning, plan.goal, first, attempt)
    reported = dict(attempt.reported)
    with Heartbeat(claims, attempt) as heart:

        def progress(entry: ProgressEntry) -> Verdict | None:
            if heart.is_lost:
                raise _TakenOverError
            heart.reached = _reached(entry, milestones)
            told(replace(attempt, beat=heart.reached))
            for at, value in milestones.reached(entry):
                reported[at] = value
                if not claims.report(attempt, at, value):
                    raise _TakenOverError
                if is_behind(plan, attempt, reported, claims.attempts()):
                    return Verdict(
                        Outcome.STOPPED,
                        f"pruned at {at} {_PLACES[plan.pruning]}: its {plan.goal} of {value:.1e} "
                        "is above the median of the other trials there",
                    )
            return None

        try:
            solution = _solved(plan, attempt, place, progress)
        except _TakenOverError:
            return
        except StorageInternalError:
            raise
        except FolderInUseError:  # who has been taken for gone is there, and will notice
            time.sleep(_WAIT_SECONDS)
            claims.break_off(attempt)
            return
        except (UserError, TrainingError) as error:
            claims.end(attempt, State.FAILED, {"message": str(error)}, None)
            return
        except Interrupted:
            claims.break_off(attempt)
            raise
        except Exception as error:  # one trial that fails in code of the user's ends no sweep
            logger.warning("%s failed", attempt.label, exc_info=True)
            message = " ".join(f"{type(error).__name__}: {error}".split())
            claims.end(attempt, State.FAILED, {"message": message}, None)
            return
        except BaseException:
            claims.break_off(attempt)
            raise
    result = _result(solution, milestones.seconds, attempt)
    value = result[plan.goal]
    if value is None or not np.isfinite(value):
        message = f"the {plan.goal} is {'not known' if value is None else value}"
        claims.end(attempt, State.FAILED, {**result, "message": message}, None)
        return
    is_pruned = solution.attributes.get("outcome") == Outcome.STOPPED.value
    claims.end(attempt, State.PRUNED if is_pruned else State.FINISHED, result, value)


def _solved(plan: SweepPlan, attempt: Attempt, place: Place, progress: Progress) -> Solution:
    run, path = plan.run(attempt.values), place.folder / attempt.label
    command = f"{attempt.label} of: {place.command}"
    if attempt.attempt > 0 and _can_go_on(path):
        budget = run.budget
        if budget is not None:
            budget = max(budget - attempt.beat.get("seconds", 0.0), _LEAST_BUDGET)
        return resume(
            path,
            run.problem,
            parts=[part for part in run.parts if isinstance(part, str | Path)],
            problems=run.problems,
            device=run.device,
            budget=budget,
            progress=progress,
            command=command,
        )
    return solve(
        run.problem,
        run.network,
        settings=run.layers,
        seed=run.seed,
        device=run.device,
        dtype=run.dtype,
        budget=run.budget,
        out=path,
        overwrite=True,
        parts=run.parts,
        problems=run.problems,
        progress=progress,
        command=command,
    )


def _can_go_on(path: Path) -> bool:
    """Whether an earlier attempt has left a checkpoint."""
    try:
        RunFolder(path).load_checkpoint()
    except RunFolderError:
        return False
    return True


def _reached(entry: ProgressEntry, milestones: Milestones) -> dict[str, Any]:
    return {
        "stage": entry.stage,
        "step": entry.step,
        "total": entry.total,
        "loss": entry.loss,
        "errors": dict(entry.errors),
        "seconds": entry.seconds,
        "cpu_seconds": milestones.seconds,
        "first_steps": milestones.first_steps,
    }


def _result(solution: Solution, cpu_seconds: float, attempt: Attempt) -> dict[str, Any]:
    attributes: Mapping[str, Any] = solution.attributes
    history, errors = solution.history, dict(solution.relative_l2)
    return {
        "error": max(errors.values()) if errors else None,
        "loss": float(history["loss"][-1]) if len(history["loss"]) else None,
        "parameters": int(attributes["n_parameters"]),
        "steps": int(history["step"][-1]) if len(history["step"]) else 0,
        "seconds": float(attributes["seconds"]),
        "cpu_seconds": cpu_seconds,
        "verdict": str(attributes.get("verdict", "")),
        "folder": str(solution.folder),
        "host": attempt.process.host,
    }
