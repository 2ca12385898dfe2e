"""Runs that exist: going on with them, and reading them."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from pinn_metakan.loading import load_problem
from pinn_metakan.errors import RunFolderError
from pinn_metakan.experiment import Experiment
from pinn_metakan.pde.problem import Problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.run_folder import RunFolder
from pinn_metakan.settings import build_settings
from pinn_metakan.solution import Solution
from pinn_metakan.solve import Announce, Progress, check_budget, choose, read_tied, run_experiment


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
    check_budget(budget)
    folder = RunFolder(Path(run))
    experiment = _restored(folder, problem, problems, device)
    return run_experiment(experiment, folder, budget, started, announce, progress)


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
    tied = read_tied(folder)
    if problem is None:
        return Solution(field, tied=tied)
    experiment = _restored(folder, problem, (), "cpu")
    experiment.trainer.load_best()
    return Solution(field, experiment.evaluator(), tied, experiment.network)


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
        choices = choose(
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
