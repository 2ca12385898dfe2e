"""The hallway: from a problem to a solution, once or resumed."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from pinn_metakan.errors import (
    Interrupted,
    SettingsError,
    TrainingError,
)
from pinn_metakan.experiment import DTYPES, Choices, Experiment
from pinn_metakan.interrupts import interrupts
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Problem
from pinn_metakan.record import evaluate_field, evaluation_seconds, facts, report
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
        network: A name that ``pinn-metakan networks`` lists, or a network object.
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
    name = network_name(network)
    choices = choose(name, suggested_settings(problem, name, layers), seed, device, dtype)
    check_budget(budget)
    folder = RunFolder(Path(out)) if out is not None else None
    if folder is not None:
        folder.refuse_unless_free(overwrite)
    experiment = Experiment(problem, choices, network if isinstance(network, Network) else None)
    if folder is not None:
        folder.begin(choices.settings.as_dict(), command)
    return run_experiment(experiment, folder, budget, started, announce, progress)


def network_name(network: str | Network) -> str:
    """Give what a run calls its network.

    Args:
        network: A name or an object.

    Returns:
        The name, or "custom" for an object.

    Raises:
        SettingsError: If "custom" is given as a name.
    """
    if network == "custom":
        raise SettingsError("network: 'custom' stands for a network object; give the object itself")
    return network if isinstance(network, str) else "custom"


def suggested_settings(problem: Problem, network: str, layers: Sequence[Layer] = ()) -> Settings:
    """Merge the default, the problem's suggestions for a network, and further layers."""
    label = problem.origin.label
    suggestions: list[Layer] = [
        (f"{label}: settings", problem.settings),
        (f"{label}: network_settings", problem.network_settings.get(network, {})),
    ]
    return build_settings(network, [*suggestions, *layers])


def choose(network: str, settings: Settings, seed: int, device: str, dtype: str) -> Choices:
    """Check the choices of a run and find its device.

    Args:
        network: Name of the network.
        settings: All settings.
        seed: Seed of everything random.
        device: "auto" or a name of torch.
        dtype: A key of `DTYPES`.

    Returns:
        The choices.

    Raises:
        SettingsError: If dtype or seed cannot be, or the device is not here.
    """
    if dtype not in DTYPES:
        raise SettingsError(f"no dtype {dtype!r}; choose one of {', '.join(DTYPES)}")
    if not 0 <= seed < 2**63:
        raise SettingsError(f"the seed must be between 0 and 2^63 - 1, got {seed}")
    computes_on, reason = chosen_device(device)
    return Choices(network, settings, seed, computes_on, dtype, reason)


def chosen_device(name: str) -> tuple[torch.device, str]:
    """Find a device.

    Args:
        name: "auto" or a name of torch.

    Returns:
        The device, and why it was chosen.

    Raises:
        SettingsError: If it is not here.
    """
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


def check_budget(budget: float | None) -> None:
    """Refuse a budget that is not positive.

    Raises:
        SettingsError: If it is not.
    """
    if budget is not None and not budget > 0:
        raise SettingsError(f"the budget must be positive, got {budget} s")


def run_experiment(
    experiment: Experiment,
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
        Interrupted: If the user stops it; a checkpoint is kept.
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

    def on_report(report: Report) -> None:
        logger.info("step %d: loss %.3e, errors %s", report.step, report.loss, report.errors)
        if progress is not None:
            progress(report)

    deadline = None
    if budget is not None:
        closings = 2 if trainer.has_entry_ahead else 1
        closing = evaluation_seconds(experiment) + _CLOSING_SECONDS
        deadline = started + budget - closings * closing
    with interrupts() as is_interrupted:

        def should_stop() -> str | None:
            if is_interrupted():
                return _INTERRUPTED
            if deadline is not None and time.time() >= deadline:
                return f"the budget of {budget:g} s is used up"
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
    if trainer.stop_reason == _INTERRUPTED:
        raise Interrupted(str(folder.path) if folder is not None else "")
    trainer.load_best()
    return _concluded(experiment, folder, tied)


def read_tied(folder: RunFolder) -> Solution | None:
    """Read the solution before its coefficients were untied, None if a run has none."""
    before = folder.tied.solution
    return Solution(read_solution(before)) if before.is_file() else None


def _concluded(
    experiment: Experiment, folder: RunFolder | None, tied: Solution | None = None
) -> Solution:
    """Evaluate an experiment as it is, and write that."""
    before = None if tied is None else tied.field
    field = evaluate_field(experiment, before)
    if folder is not None:
        folder.finish(field, report(experiment, field, before))
    return Solution(field, experiment.evaluator(), tied, experiment.network)
