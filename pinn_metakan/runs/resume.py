"""Runs that exist: going on with them, reading them, making them again."""

import time
from collections.abc import Sequence
from pathlib import Path

import torch

from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.problem import Problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import check_budget, choose
from pinn_metakan.runs.earlier import earlier_beside, earlier_in, refuse_part
from pinn_metakan.runs.folder import SECOND_OPINION, RunFolder
from pinn_metakan.runs.fresh_folder import FreshFolder
from pinn_metakan.runs.same_parts import same_parts
from pinn_metakan.runs.same_problem import Remembered, refuse_other_numbers, same_problem
from pinn_metakan.runs.second_opinion import SecondOpinion, recorded_in, train_and_compare
from pinn_metakan.runs.sitting import Announce, Progress
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.layers import Layer, build_settings


def resume(
    run: str | Path,
    problem: Problem | str | Path | None = None,
    *,
    problems: Sequence[Path] = (),
    parts: Sequence[str | Path] = (),
    device: str = "auto",
    budget: float | None = None,
    check: bool = False,
    announce: Announce | None = None,
    progress: Progress | None = None,
    started: float | None = None,
) -> Solution:
    """Go on with a run that was interrupted or ended by its budget, exactly where it was.

    The code of the problem is run, and that of the user's own families and networks. It is that of
    the file that is named, or of a file of its name in ``problems``, ``./problems`` or the shipped
    ones, and only if its SHA-256 is the run's.

    Args:
        run: The run folder.
        problem: The problem, or its file.
        problems: Folders to look for the problem's file in first.
        parts: Files of the run's own families and networks, unless they are in such a folder.
        device: As for `solve`.
        budget: As for `solve`.
        check: As for `solve`; a run that was made with it goes on with its second network anyway.
        announce: As for `solve`.
        progress: As for `solve`.
        started: As for `solve`.

    Returns:
        The solution.

    Raises:
        UserError: If the checkpoint cannot be used, or the problem is another than the run's.
        TrainingError: If the run fails.
        Interrupted: If the user stops it.
    """
    started = time.time() if started is None else started
    check_budget(budget)
    folder = RunFolder(Path(run))
    refuse_part(folder)
    assembled = _restored(folder, problem, problems, parts, device)
    record, second = recorded_in(folder), None
    if record is not None:
        second = SecondOpinion.recorded(assembled.problem, record, device)
    elif check:
        folder.refuse_unless_branch_is_free(SECOND_OPINION, overwrite=False)
        second = SecondOpinion.on(assembled.problem, assembled.choices)
    earlier = earlier_in(folder)
    return train_and_compare(
        assembled, second, folder, earlier, budget, started, announce, progress
    )


def open_run(
    path: str | Path,
    problem: Problem | str | Path | None = None,
    *,
    evaluate: bool = False,
    problems: Sequence[Path] = (),
    parts: Sequence[str | Path] = (),
) -> Solution:
    """Read a run; executes nothing unless a problem is given or the solution shall be evaluated.

    Args:
        path: A run folder or a solution file.
        problem: The problem that was solved, or its file, to evaluate the solution anywhere.
        evaluate: Load the problem again, by the rule of `resume`, to evaluate the solution
            anywhere.
        problems: Folders to look for the problem's file in first.
        parts: Files of the run's own families and networks, unless they are in such a folder.

    Returns:
        The solution.

    Raises:
        RunFolderError: If the file cannot be read, or the problem is another than the run's.
    """
    path = Path(path)
    folder = RunFolder(path if path.is_dir() else path.parent)
    field = folder.read_field() if path.is_dir() else read_solution(path)
    earlier = earlier_beside(folder, field)
    if problem is None and not evaluate:
        return Solution(field, earlier=earlier, folder=folder.path)
    assembled = _restored(folder, problem, problems, parts, "cpu")
    assembled.trainer.load_best()
    return Solution(
        field,
        assembled.evaluator(),
        earlier,
        assembled.network,
        domain=assembled.formulation.domain,
        folder=folder.path,
    )


def rerun(
    run: str | Path,
    problem: Problem | str | Path | None = None,
    *,
    settings: Sequence[Layer] = (),
    seed: int | None = None,
    problems: Sequence[Path] = (),
    parts: Sequence[str | Path] = (),
    device: str = "auto",
    budget: float | None = None,
    out: str | Path | FreshFolder | None = None,
    overwrite: bool = False,
    check: bool = False,
    announce: Announce | None = None,
    progress: Progress | None = None,
    started: float | None = None,
    command: str = "made by rerun() in Python",
) -> Solution:
    """Make a run again from its beginning, with some settings changed.

    Args:
        run: The run folder, which stays as it is.
        problem: The problem, or its file, by the rule of `resume`.
        settings: Layers over those of the run.
        seed: Another seed than the run's.
        problems: Folders to look for the problem's file in first.
        parts: Files of the run's own families and networks, unless they are in such a folder.
        device: As for `solve`.
        budget: As for `solve`.
        out: As for `solve`.
        overwrite: As for `solve`.
        check: As for `solve`; a run that was made with it is checked again anyway.
        announce: As for `solve`.
        progress: As for `solve`.
        started: As for `solve`.
        command: As for `solve`.

    Returns:
        The solution.

    Raises:
        UserError: If the run or what was given cannot be used.
        TrainingError: If the run fails.
        Interrupted: If the user stops it.
    """
    folder = RunFolder(Path(run))
    remembered = Remembered.read(folder)
    remembered.refuse_network_object()
    origins = same_parts(remembered, parts, problems, settings)
    problem = same_problem(remembered, problem, problems)
    refuse_other_numbers(remembered, formulate(problem))
    return solve(
        problem,
        remembered.network,
        settings=[(f"{folder.path}: checkpoint", remembered.settings), *settings],
        seed=remembered.seed if seed is None else seed,
        device=device,
        dtype=remembered.dtype,
        budget=budget,
        out=out,
        overwrite=overwrite,
        parts=[*origins, *parts],
        problems=problems,
        check=check or remembered.tree.get("second_opinion") is not None,
        announce=announce,
        progress=progress,
        started=started,
        command=command,
    )


def _restored(
    folder: RunFolder,
    problem: Problem | str | Path | None,
    problems: Sequence[Path],
    parts: Sequence[str | Path],
    device: str,
) -> AssembledRun:
    remembered = Remembered.read(folder)
    remembered.refuse_network_object()
    origins = same_parts(remembered, parts, problems)
    problem = same_problem(remembered, problem, problems)
    try:
        network = remembered.network
        layers = [(f"{folder.path}: checkpoint", remembered.settings)]
        settings = build_settings(network, layers)
        choices = choose(network, settings, remembered.seed, device, remembered.dtype, origins)
        assembled = AssembledRun(problem, choices)
        refuse_other_numbers(remembered, assembled.formulation)
        assembled.load(remembered.tree)
    except (LookupError, TypeError, AttributeError, RuntimeError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        raise RunFolderError(
            f"the checkpoint in {folder.path} does not fit this version"
        ) from error
    return assembled
