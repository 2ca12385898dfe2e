"""The hallway: from a problem to a solution, once or resumed."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from pinn_metakan.catalogue import load_problem
from pinn_metakan.errors import (
    Interrupted,
    RunFolderError,
    SettingsError,
    TrainingError,
)
from pinn_metakan.experiment import DTYPES, Choices, Experiment
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.run_folder import RunFolder
from pinn_metakan.settings import Layer, Settings, build_settings
from pinn_metakan.solution import Solution
from pinn_metakan.training.trainer import Report

logger = logging.getLogger(__name__)

#: What a budget keeps for drawing and writing [s].
_CLOSING_SECONDS = 3.0
#: A user interrupt ends a run with this reason; the run can be resumed.
_INTERRUPTED = "interrupted"

#: Receives what the run uses, as (name, text), before it begins.
Announce = Callable[[list[tuple[str, str]]], None]
#: Receives each new entry of the history.
Progress = Callable[[Report], None]


def solve(
    problem: Problem,
    network: str | Network = "metakan",
    *,
    settings: Mapping[str, object] | Sequence[Layer] = (),
    seed: int = 0,
    device: str = "auto",
    dtype: str = "float64",
    budget: float | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    announce: Announce | None = None,
    progress: Progress | None = None,
    started: float | None = None,
    command: str = "made by solve() in Python",
) -> Solution:
    """Solve a problem.

    Args:
        problem: What to solve.
        network: "metakan", "kan", "mlp", or a network object.
        settings: Nested settings over those that the problem suggests, such as
            ``{"adam": {"steps": 100}}``, or layers of such with names.
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
        UserError: If something that was given is wrong; nothing is written then.
        TrainingError: If the run fails.
        Interrupted: If the user stops it; the run folder has a checkpoint then.
    """
    started = time.time() if started is None else started
    layers = [("settings", settings)] if isinstance(settings, Mapping) else list(settings)
    name = network if isinstance(network, str) else "custom"
    choices = _choose(name, suggested_settings(problem, name, layers), seed, device, dtype)
    _check_budget(budget)
    folder = RunFolder(Path(out)) if out is not None else None
    if folder is not None:
        folder.refuse_unless_free(overwrite)
    experiment = Experiment(problem, choices, network if isinstance(network, Network) else None)
    if folder is not None:
        folder.begin(choices.settings.as_dict(), command)
    return _run(experiment, folder, budget, started, announce, progress)


def resume(
    run: str | Path,
    problem: Problem | None = None,
    *,
    problems: Sequence[Path] = (),
    device: str = "auto",
    budget: float | None = None,
    announce: Announce | None = None,
    progress: Progress | None = None,
    started: float | None = None,
) -> Solution:
    """Go on with a run that was interrupted or ended by its budget, exactly where it was.

    Args:
        run: The run folder.
        problem: The problem; loaded from the file that the run used unless given.
        problems: Folders to look for the problem's file in first.
        device: As for `solve`.
        budget: As for `solve`.
        announce: As for `solve`.
        progress: As for `solve`.
        started: As for `solve`.

    Returns:
        The solution.

    Raises:
        UserError: If the checkpoint cannot be used or is of another problem file.
        TrainingError: If the run fails.
        Interrupted: If the user stops it.
    """
    started = time.time() if started is None else started
    _check_budget(budget)
    folder = RunFolder(Path(run))
    experiment = _restored(folder, problem, problems, device)
    return _run(experiment, folder, budget, started, announce, progress)


def open_run(path: str | Path, problem: Problem | None = None) -> Solution:
    """Read a run; executes nothing.

    Args:
        path: A run folder or a solution file.
        problem: The problem, to evaluate the solution anywhere; it must be the one that was solved.

    Returns:
        The solution.

    Raises:
        RunFolderError: If the file cannot be read, or is of another problem.
    """
    path = Path(path)
    folder = RunFolder(path if path.is_dir() else path.parent)
    field = read_solution(folder.solution if path.is_dir() else path)
    if problem is None:
        return Solution(field)
    experiment = _restored(folder, problem, (), "cpu")
    experiment.trainer.load_best()
    return Solution(field, experiment.evaluate)


def suggested_settings(problem: Problem, network: str, layers: Sequence[Layer] = ()) -> Settings:
    """Merge the default, the problem's suggestions for a network, and further layers."""
    label = problem.origin.label
    suggestions: list[Layer] = [
        (f"{label}: settings", problem.settings),
        (f"{label}: network_settings", problem.network_settings.get(network, {})),
    ]
    return build_settings(network, [*suggestions, *layers])


def _choose(network: str, settings: Settings, seed: int, device: str, dtype: str) -> Choices:
    if dtype not in DTYPES:
        raise SettingsError(f"no dtype {dtype!r}; choose one of {', '.join(DTYPES)}")
    if not 0 <= seed < 2**63:
        raise SettingsError(f"the seed must be between 0 and 2^63 - 1, got {seed}")
    chosen_device, reason = _chosen_device(device)
    return Choices(network, settings, seed, chosen_device, dtype, reason)


def _chosen_device(name: str) -> tuple[torch.device, str]:
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda"), "a CUDA device was found"
        return torch.device("cpu"), "no CUDA device was found"
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().splitlines()[0]
        raise SettingsError(f"device {name!r} cannot be used here: {reason}") from error
    return device, "as asked for"


def _check_budget(budget: float | None) -> None:
    if budget is not None and not budget > 0:
        raise SettingsError(f"the budget must be positive, got {budget} s")


def _restored(
    folder: RunFolder, problem: Problem | None, problems: Sequence[Path], device: str
) -> Experiment:
    tree = folder.load_checkpoint()
    try:
        made_of, chosen = tree["problem"], tree["choices"]
        if problem is None:
            problem = _original_problem(folder, made_of, problems)
        _refuse_other_problem(folder, problem, made_of)
        network, settings = chosen["network"], chosen["settings"]
        if network == "custom":
            raise RunFolderError(
                f"{folder.path} was made with a network object; it cannot be rebuilt"
            )
        layers = [(f"{folder.path}: checkpoint", settings)]
        choices = _choose(
            network, build_settings(network, layers), chosen["seed"], device, chosen["dtype"]
        )
        experiment = Experiment(problem, choices)
        experiment.load(tree)
    except (KeyError, TypeError, AttributeError, RuntimeError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        raise RunFolderError(
            f"the checkpoint in {folder.path} does not fit this version"
        ) from error
    return experiment


def _original_problem(
    folder: RunFolder, made_of: Mapping[str, Any], problems: Sequence[Path]
) -> Problem:
    """Load the file that the run used; by name if it has moved."""
    if made_of["path"] is None:
        raise RunFolderError(
            f"{folder.path} was made by a problem without a file; give resume(..., problem=...)"
        )
    path = Path(made_of["path"])
    where = str(path) if path.is_file() and not problems else made_of["name"]
    return load_problem(where, problems, made_of["parameters"])


def _refuse_other_problem(folder: RunFolder, problem: Problem, made_of: Mapping[str, Any]) -> None:
    origin = problem.origin
    if origin.name != made_of["name"]:
        raise RunFolderError(
            f"the checkpoint in {folder.path} is of another problem, {made_of['name']}, "
            f"not {origin.name}"
        )
    if origin.sha256 != made_of["sha256"]:
        raise RunFolderError(
            f"the checkpoint in {folder.path} was made with another version of {origin.label} "
            f"(SHA-256 {made_of['sha256'][:12]}, now {origin.sha256[:12]}); put that version back"
        )


def _run(
    experiment: Experiment,
    folder: RunFolder | None,
    budget: float | None,
    started: float,
    announce: Announce | None,
    progress: Progress | None,
) -> Solution:
    trainer = experiment.trainer
    if announce is not None:
        announce(experiment.facts())
    last_saved = time.monotonic()

    def save() -> None:
        nonlocal last_saved
        if folder is not None:
            folder.save_checkpoint(experiment.state(), trainer.history)
        last_saved = time.monotonic()

    def on_report(report: Report) -> None:
        logger.info("step %d: loss %.3e, errors %s", report.step, report.loss, report.errors)
        if progress is not None:
            progress(report)

    deadline = None
    if budget is not None:
        deadline = started + budget - experiment.evaluation_seconds() - _CLOSING_SECONDS
    with _interrupts() as is_interrupted:

        def should_stop() -> str | None:
            if is_interrupted():
                return _INTERRUPTED
            if deadline is not None and time.time() >= deadline:
                return f"the budget of {budget:g} s is used up"
            if time.monotonic() - last_saved > experiment.choices.settings.checkpoint_seconds:
                save()
            return None

        save()
        try:
            trainer.run(should_stop, on_report)
        except torch.OutOfMemoryError as error:
            raise TrainingError(
                "out of memory; try fewer points (--set points.interior=...) or narrower widths"
            ) from error
        save()
    if trainer.stop_reason == _INTERRUPTED:
        raise Interrupted(str(folder.path) if folder is not None else "")
    trainer.load_best()
    field = experiment.field()
    if folder is not None:
        folder.finish(field, experiment.report(field))
    return Solution(field, experiment.evaluate)


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and SIGTERM into a flag, so that a step is finished before the run stops.

    A second Ctrl-C interrupts at once. Other threads than the main one cannot do this.

    Yields:
        Tells whether the user wants to stop.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    asked = False

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = {
        number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
