"""From a problem to a solution."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from pinn_metakan.errors import Interrupted, TrainingError
from pinn_metakan.networks.network import Network
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.problem import Problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import check_budget, choose, network_name, suggested_settings
from pinn_metakan.runs.folder import FreshFolder, RunFolder
from pinn_metakan.runs.interrupts import interrupts
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.summary import (
    closing_notes,
    evaluate_field,
    evaluation_seconds,
    facts,
    summary,
)
from pinn_metakan.settings.layers import Layer, layers_of
from pinn_metakan.settings.text import settings_text
from pinn_metakan.training.trainer import ProgressEntry

logger = logging.getLogger(__name__)

#: What a budget keeps for drawing and writing [s].
_CLOSING_SECONDS = 3.0
#: A user interrupt ends a run with this verdict; the run can be resumed.
_INTERRUPTED = Verdict(Outcome.INTERRUPTED, "interrupted")

#: Receives what the run uses, as (name, text), before it begins.
Announce = Callable[[list[tuple[str, str]]], None]
#: Receives each new entry of the history.
Progress = Callable[[ProgressEntry], None]


def solve(
    problem: Problem,
    network: str | Network = "metakan",
    *,
    settings: Mapping[str, object] | Sequence[Layer] = (),
    seed: int = 0,
    device: str = "auto",
    dtype: str = "float64",
    budget: float | None = None,
    out: str | Path | FreshFolder | None = None,
    overwrite: bool = False,
    announce: Announce | None = None,
    progress: Progress | None = None,
    started: float | None = None,
    command: str = "made by solve() in Python",
) -> Solution:
    """Solve a problem.

    Args:
        problem: What to solve.
        network: A name that ``pinn-metakan networks`` lists, or a network object, of which a copy
            is trained.
        settings: Settings over those that the problem suggests, nested or with dots, such as
            ``{"adam": {"steps": 100}}`` or ``{"adam.steps": 100}``; or layers of such with names.
        seed: Seed of everything random.
        device: "auto", "cpu", "cuda" or another name of torch.
        dtype: "float64" or "float32".
        budget: Seconds that the whole call may take; training ends earlier to keep it.
        out: Run folder to write; nothing is written without it.
        overwrite: Whether a run in that folder may be replaced.
        announce: Told what the run uses before it begins.
        progress: Told each entry of the history.
        started: When the budget's clock began, as `time.time`; now unless given.
        command: How to start the same run again, noted in settings.toml.

    Returns:
        The solution.

    Raises:
        TypeError: If the problem is no problem.
        UserError: If something that was given is wrong; nothing is written then.
        TrainingError: If the run fails.
        Interrupted: If the user stops it; it carries the solution so far, and the run folder has a
            checkpoint.
    """
    started = time.time() if started is None else started
    if not isinstance(problem, Problem):
        raise TypeError(f"solve needs a problem such as load_problem('heat'), got {problem!r}")
    layers = layers_of("settings", settings)
    name = network_name(network)
    choices = choose(name, suggested_settings(problem, name, layers), seed, device, dtype)
    check_budget(budget)
    place = RunFolder(Path(out)) if isinstance(out, str | Path) else out
    if place is not None:
        place.refuse_unless_free(overwrite)
    experiment = AssembledRun(problem, choices, network if isinstance(network, Network) else None)
    folder = None
    if place is not None:
        text = settings_text(choices.settings, choices.as_asked(problem), command)
        folder = place.begin(text, overwrite)
    return run_experiment(experiment, folder, budget, started, announce, progress)


def run_experiment(
    experiment: AssembledRun,
    folder: RunFolder | None,
    budget: float | None,
    started: float,
    announce: Announce | None,
    progress: Progress | None,
) -> Solution:
    """Train an experiment from where it is, and evaluate and write it.

    Args:
        experiment: The experiment.
        folder: Where to write, None for nowhere.
        budget: Seconds since `started` that all may take.
        started: When the clock began, as `time.time`.
        announce: Told what the run uses.
        progress: Told each entry of the history.

    Returns:
        The solution.

    Raises:
        Interrupted: If the user stops it; a checkpoint is kept, and what was reached is evaluated
            and written, unless the user stops that as well.
        TrainingError: If it fails.
    """
    trainer = experiment.trainer
    if announce is not None:
        announce(facts(experiment))
    last_saved = time.monotonic()

    def save() -> None:
        nonlocal last_saved
        if folder is not None:
            folder.save_checkpoint(experiment.state(), trainer.history)
        last_saved = time.monotonic()

    def on_report(report: ProgressEntry) -> None:
        logger.info("step %d: loss %.3e, errors %s", report.step, report.loss, report.errors)
        if progress is not None:
            progress(report)

    deadline = None
    if budget is not None:
        closings = 2 if trainer.has_entry_ahead else 1
        closing = evaluation_seconds(experiment) + _CLOSING_SECONDS
        deadline = started + budget - closings * closing
    began = time.time()
    before = trainer.step
    with interrupts() as is_interrupted:

        def should_stop() -> Verdict | None:
            if is_interrupted():
                return _INTERRUPTED
            if deadline is not None and time.time() >= deadline:
                return Verdict(Outcome.OUT_OF_TIME, f"the budget of {budget:g} s is used up")
            if time.monotonic() - last_saved > experiment.settings.checkpoint_seconds:
                save()
            return None

        save()
        tied = None if folder is None else read_tied(folder)
        try:
            trainer.run(should_stop, on_report)
            while trainer.awaits_entry:
                save()
                tied = _concluded(experiment, None if folder is None else folder.branch_tied())
                trainer.enter()
                trainer.run(should_stop, on_report)
        except torch.OutOfMemoryError as error:
            raise TrainingError(
                "out of memory; try fewer points (--set points.interior=...) or narrower widths"
            ) from error
        save()
        notes = []
        if budget is not None and trainer.step == before and not trainer.is_finished:
            notes.append(
                f"no step was trained: of the budget of {budget:g} s, starting took "
                f"{began - started:.1f} s and {closings * closing:.1f} s are kept for the end; "
                f"give at least {began - started + closings * closing + 10:.0f} s"
            )
        if trainer.verdict.outcome is not Outcome.INTERRUPTED:
            return _concluded(experiment, folder, tied, notes)
        path = None if folder is None else folder.path
        try:
            solution = _concluded(experiment, folder, tied)
        except KeyboardInterrupt:  # the user does not wait for it
            solution = None
        raise Interrupted(path, experiment.problem.origin.path, solution)


def read_tied(folder: RunFolder) -> Solution | None:
    """Read the solution before its coefficients were untied, None if a run has none."""
    before = folder.tied.solution
    return Solution(read_solution(before)) if before.is_file() else None


def _concluded(
    experiment: AssembledRun,
    folder: RunFolder | None,
    tied: Solution | None = None,
    notes: Sequence[str] = (),
) -> Solution:
    """Evaluate an experiment as it is, and write that."""
    experiment.trainer.conclude()
    before = None if tied is None else tied.field
    field = evaluate_field(experiment, before)
    notes = [*experiment.notes, *notes, *closing_notes(experiment, field)]
    if folder is not None:
        folder.finish(field, summary(experiment, field, notes, before), experiment.trainer.history)
    return Solution(
        field,
        experiment.evaluator(),
        tied,
        experiment.network,
        domain=experiment.problem.domain,
        notes=notes,
        folder=None if folder is None else folder.path,
    )
