"""Runs that exist: going on with them, reading them, making them again."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.overtime import check_budget, ended_in_time
from pinn_metakan.pde.problem import Origin, Problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.runs.again import assembled_again
from pinn_metakan.runs.announced_code import Announce, announce_code
from pinn_metakan.runs.as_start import as_start
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.begun import failures_of
from pinn_metakan.runs.begun_again import begin_again
from pinn_metakan.runs.chain import Chain
from pinn_metakan.runs.devices import chosen_device
from pinn_metakan.runs.earlier import earlier_beside, earlier_in, refuse_part
from pinn_metakan.runs.ending import in_good_order, owned
from pinn_metakan.runs.extended import extended
from pinn_metakan.runs.folder import SECOND_OPINION, RunFolder
from pinn_metakan.runs.fresh_folder import FreshFolder
from pinn_metakan.runs.notebook import notebook_progress
from pinn_metakan.runs.processes import join_processes
from pinn_metakan.runs.same_parts import same_parts
from pinn_metakan.runs.same_problem import (
    Remembered,
    line_to_resume,
    refuse_other_numbers,
    same_problem,
)
from pinn_metakan.runs.second_opinion import SecondOpinion, recorded_in, train_and_compare
from pinn_metakan.runs.sitting import Progress
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve
from pinn_metakan.runs.start import Start
from pinn_metakan.runs.trained import TrainedField
from pinn_metakan.settings.layers import Layer, layers_of
from pinn_metakan.settings.text import settings_text


def resume(
    run: str | Path,
    problem: Problem | str | Path | None = None,
    *,
    settings: Mapping[str, object] | Sequence[Layer] = (),
    problems: Sequence[Path] = (),
    parts: Sequence[str | Path] = (),
    device: str = "auto",
    budget: float | None = None,
    check: bool = False,
    announce: Announce | None = None,
    progress: Progress | None = None,
    started: float | None = None,
    command: str = "gone on with by resume() in Python",
) -> Solution:
    """Go on with a run that was interrupted or ended by its budget, exactly where it was.

    One that was killed before its first checkpoint begins again, by the settings in its folder.
    With settings it goes on beyond its old end: a stage takes more steps than it had, another one
    follows, a tolerance is lower. What has been trained stays, so that neither the network nor
    points, loss and conditions can change.

    The code of the problem is run, and that of the user's own families and networks. It is that of
    the file that is named, or of a file of its name in ``problems``, ``./problems`` or the shipped
    ones, and only if its SHA-256 is the run's.

    Args:
        run: The run folder.
        problem: The problem, or its file.
        settings: Settings that change, such as ``{"lm.steps": 200}``.
        problems: Folders to look for the problem's file in first.
        parts: Files of the run's own families and networks, unless they are in such a folder.
        device: As for `solve`.
        budget: As for `solve`.
        check: As for `solve`; a run that was made with it goes on with its second network anyway.
        announce: As for `solve`.
        progress: As for `solve`.
        started: As for `solve`.
        command: How to do the same again, noted in settings.toml where settings change.

    Returns:
        The solution.

    Raises:
        UserError: If the checkpoint or a setting cannot be used, or the problem is another one.
        TrainingError: If the run fails.
        Interrupted: If the user stops it.
    """
    started = time.time() if started is None else started
    progress = progress or notebook_progress()
    check_budget(budget)
    folder = RunFolder(Path(run))
    refuse_part(folder)
    layers = layers_of("settings", settings)
    if folder.has_only_begun():
        given = (problem, layers, problems, device, budget, check)
        return begin_again(folder, *given, announce, progress, started)
    join_processes(chosen_device(device)[0], _remembered(folder, layers).process_timeout)
    with owned(folder), ended_in_time(budget and started + budget):
        asked = (problem, layers, problems, parts, device, check, command)
        return _gone_on(folder, *asked, budget, started, announce, progress)


def _gone_on(
    folder: RunFolder,
    problem: Problem | str | Path | None,
    layers: Sequence[Layer],
    problems: Sequence[Path],
    parts: Sequence[str | Path],
    device: str,
    check: bool,
    command: str,
    budget: float | None,
    started: float,
    announce: Announce | None,
    progress: Progress | None,
) -> Solution:
    """Go on with a run that no other process writes to."""
    remembered = _remembered(folder, layers)
    assembled = _restored(remembered, problem, problems, parts, device, announce)
    record, second = recorded_in(folder), None
    waiting = remembered.tree.get("chain")
    if record is not None:
        second = SecondOpinion.recorded(assembled.problem, record, device)
    elif check:
        folder.refuse_unless_branch_is_free(SECOND_OPINION, overwrite=False)
        second = SecondOpinion.on(assembled.problem, assembled.choices)
    earlier = earlier_in(folder)
    told = (budget, started, announce, progress)
    with in_good_order(assembled.problem, folder) as finished:
        if layers:
            for kept_as in assembled.schedule.kept_ahead:
                folder.refuse_unless_branch_is_free(kept_as, overwrite=False)
            start = None if assembled.start is None else assembled.start.label
            asked = assembled.choices.as_asked(assembled.problem, second is not None, start)
            folder.change_settings(settings_text(assembled.settings, asked, command))
        before = {"before": remembered.tree["before"]} if "before" in remembered.tree else {}
        with failures_of(folder):
            if waiting is not None:
                chain = Chain.recorded(assembled.problem, assembled.choices, waiting)
                assembled = chain.last_run(assembled, second, folder, *told)
            return finished(train_and_compare(assembled, second, folder, earlier, *told, before))


def _remembered(folder: RunFolder, layers: Sequence[Layer]) -> Remembered:
    """What the checkpoint of a run knows, with settings that change."""
    remembered = Remembered.read(folder)
    return extended(remembered, layers) if layers else remembered


def open_run(
    path: str | Path,
    problem: Problem | str | Path | None = None,
    *,
    evaluate: bool = False,
    problems: Sequence[Path] = (),
    parts: Sequence[str | Path] = (),
    announce: Announce | None = None,
) -> Solution:
    """Read a run; executes nothing unless a problem is given or the solution shall be evaluated.

    Args:
        path: A run folder or a solution file.
        problem: The problem that was solved, or its file, to evaluate the solution anywhere.
        evaluate: Load the problem again, by the rule of `resume`, to evaluate the solution
            anywhere.
        problems: Folders to look for the problem's file in first.
        parts: Files of the run's own families and networks, unless they are in such a folder.
        announce: Told which files of code are run, before they are.

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
    assembled = _restored(Remembered.read(folder), problem, problems, parts, "cpu", announce)
    assembled.trainer.load_best()
    start = as_start(assembled, str(folder.path), field.relative_l2)
    return Solution(field, TrainedField(assembled), earlier, folder=folder.path, start=start)


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
        RunFolderError: If it is a chain that has not got to its last run.
        TrainingError: If the run fails.
        Interrupted: If the user stops it.
    """
    started = time.time() if started is None else started
    check_budget(budget)
    folder = RunFolder(Path(run))
    remembered = Remembered.read(folder)
    remembered.refuse_network_object()
    origins = same_parts(remembered, parts, problems, settings)
    with ended_in_time(budget and started + budget):
        problem = _problem_of(remembered, problem, problems, origins, announce)
        refuse_other_numbers(remembered, formulate(problem))
    if "chain" in remembered.tree:
        raise RunFolderError(
            f"{folder.path} is a chain that has not got to its last run; go on with it",
            command=line_to_resume(remembered),
        )
    return solve(
        problem,
        remembered.network,
        start=Start.recorded(remembered.tree.get("start")),
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
    remembered: Remembered,
    problem: Problem | str | Path | None,
    problems: Sequence[Path],
    parts: Sequence[str | Path],
    device: str,
    announce: Announce | None,
) -> AssembledRun:
    remembered.refuse_network_object()
    origins = same_parts(remembered, parts, problems)
    found = _problem_of(remembered, problem, problems, origins, announce)
    return assembled_again(remembered, found, origins, device)


def _problem_of(
    remembered: Remembered,
    problem: Problem | str | Path | None,
    problems: Sequence[Path],
    parts: Sequence[Origin],
    announce: Announce | None,
) -> Problem:
    """The problem of a run; which files of code are run is told before."""
    if isinstance(problem, Problem):  # whose code has run
        announce_code(announce, parts)
    return same_problem(
        remembered, problem, problems, lambda origin: announce_code(announce, [origin, *parts])
    )
