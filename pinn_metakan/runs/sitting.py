"""A sitting of a run: it is trained from where it is, evaluated and written."""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pinn_metakan.errors import Interrupted
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.derivatives_of_code import told_derivatives
from pinn_metakan.runs.analyses import analyses_in, remove_analyses
from pinn_metakan.runs.announced_code import Announce
from pinn_metakan.runs.as_start import as_start
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.closing_notes import closing_notes
from pinn_metakan.runs.drift import drift_verdict
from pinn_metakan.runs.facts import facts
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.interrupts import interrupts
from pinn_metakan.runs.lack_of_memory import told_lack_of_memory
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.step_boundary import INTERRUPTED, agreed_end
from pinn_metakan.runs.summary import evaluate_field, evaluation_seconds, summary
from pinn_metakan.runs.time_budget import TimeBudget
from pinn_metakan.runs.trained import TrainedField
from pinn_metakan.training.progress import ProgressEntry

logger = logging.getLogger(__name__)

#: What a budget keeps for drawing and writing [s].
CLOSING_SECONDS = 3.0

#: Receives each new entry of the history; a verdict that it returns ends the run at the next step.
Progress = Callable[[ProgressEntry], Verdict | None]


def train_and_write(
    run: AssembledRun,
    folder: RunFolder | None,
    earlier: Mapping[str, Solution],
    budget: TimeBudget | None,
    announce: Announce | None,
    progress: Progress | None,
    beside: Mapping[str, object] | None = None,
) -> Solution:
    """Train a run from where it is, and evaluate and write it.

    Args:
        run: The run.
        folder: Where to write, None for nowhere.
        earlier: What earlier legs ended with, of a run that goes on.
        budget: What all of it may take; None for no limit.
        announce: Told what the run uses.
        progress: Told each entry of the history.
        beside: What checkpoints hold beside the state of the run.

    Returns:
        The solution.

    Raises:
        Interrupted: If the user stops it; a checkpoint is kept, and what was reached is evaluated
            and written.
        KeyboardInterrupt: If the user stops that as well.
        TrainingError: If it fails.
        ProcessesLost: If one of several processes fails; a checkpoint is kept.
    """
    if announce is not None:
        announce(facts(run))
    last_saved = time.monotonic()
    told_to_stop: Verdict | None = None

    def save() -> None:
        nonlocal last_saved
        if folder is not None:
            folder.save_checkpoint(run.state() | dict(beside or {}), run.record.entries)
        last_saved = time.monotonic()

    def on_report(report: ProgressEntry) -> None:
        nonlocal told_to_stop
        logger.info("step %d: loss %.3e, errors %s", report.step, report.loss, report.errors)
        if progress is not None:
            left = None if budget is None else max(deadline - time.time(), 0.0)
            told_to_stop = progress(replace(report, budget_left=left)) or told_to_stop

    deadline = math.inf
    if budget is not None:
        closings = run.evaluations_ahead
        closing = evaluation_seconds(run) + CLOSING_SECONDS
        deadline = budget.started + budget.seconds - closings * closing
    began = time.time()
    before = run.record.step
    differentiated = told_derivatives(
        f"{run.problem.origin.label}: a function of it", lambda: run.objective.linearize()
    )
    with interrupts() as is_interrupted, told_lack_of_memory(run), differentiated:

        def own_verdict() -> Verdict | None:
            if is_interrupted():
                return INTERRUPTED
            if budget is not None and told_to_stop is None and time.time() >= deadline:
                return Verdict(Outcome.OUT_OF_TIME, f"{budget.label} is used up")
            return told_to_stop or drift_verdict(run)

        def should_stop() -> Verdict | None:
            is_old = time.monotonic() - last_saved > run.settings.checkpoint_seconds
            verdict, saves = agreed_end(run.communicator, own_verdict(), is_old)
            if saves and verdict is None:
                save()
            return verdict

        earlier = dict(earlier)
        save()
        run.trainer.run(should_stop, on_report)
        while run.awaits_next_leg:
            save()
            kept_as = run.schedule.next_leg.kept_as
            if kept_as is not None:
                branch = None if folder is None else folder.make_branch(kept_as)
                earlier.pop(kept_as, None)  # a sitting that broke off just here left one
                earlier[kept_as] = _concluded(run, branch, dict(earlier))
            run.begin_next_leg()
            run.trainer.run(should_stop, on_report)
        save()
        notes = []
        if budget is not None and run.record.step == before and not run.trainer.is_finished:
            starting, ending = began - budget.started, closings * closing
            notes.append(
                f"no step was trained: of {budget.label}, starting took {starting:.1f} s and "
                f"{ending:.1f} s are kept for the end; give at least "
                f"{budget.given_for(starting + ending + 10):.0f} s"
            )
        older: list[str] = []
        if folder is not None and run.record.step > before:
            older = analyses_in(folder.path)
        if older:
            notes.append(
                f"{len(older)} files of profile and posterior, such as {older[-1]}, were of the "
                "solution before and have been removed; the commands make them anew"
            )
        solution = _concluded(run, folder, earlier, notes)
        if folder is not None and older:
            remove_analyses(folder.path)
        if run.trainer.verdict.outcome is Outcome.INTERRUPTED or is_interrupted():
            path = None if folder is None else folder.path
            raise Interrupted(path, run.problem.origin.path, solution)
        return solution


def _concluded(
    run: AssembledRun,
    folder: RunFolder | None,
    earlier: Mapping[str, Solution],
    notes: Sequence[str] = (),
) -> Solution:
    """Evaluate a run as it is, and write that."""
    run.trainer.conclude()
    before = {name: solution.field for name, solution in earlier.items()}
    field = evaluate_field(run, before, folder is not None)
    notes = [*run.notes, *notes, *closing_notes(run, field)]
    if folder is not None:
        folder.finish(field, summary(run, field, notes, before), run.record.entries, notes)
    return Solution(
        field,
        TrainedField(run),
        earlier,
        notes=notes,
        folder=None if folder is None else folder.path,
        start=as_start(run, _label(run, folder), field.relative_l2),
    )


def _label(run: AssembledRun, folder: RunFolder | None) -> str:
    """What messages call a run."""
    return f"a solution of {run.problem.origin.name}" if folder is None else str(folder.path)
