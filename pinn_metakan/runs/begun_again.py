"""A run that ended before its first checkpoint, begun again by the settings in its folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.overtime import ended_in_time
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.announced_code import Announce, announce_code
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.runs.same_problem import Remembered, same_problem
from pinn_metakan.runs.sitting import Progress
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.layers import Layer, read_settings
from pinn_metakan.settings.sections import RunSettings


def begin_again(
    folder: RunFolder,
    problem: Problem | str | Path | None,
    layers: Sequence[Layer],
    problems: Sequence[Path],
    device: str,
    budget: float | None,
    check: bool,
    announce: Announce | None,
    progress: Progress | None,
    started: float,
) -> Solution:
    """Begin a run again whose folder holds settings alone.

    Args:
        folder: The folder.
        problem: The problem, or its file, by the rule of `resume`.
        layers: Settings that change.
        problems: Folders to look for the problem's file in first.
        device: As for `solve`; that of the settings if it is "auto".
        budget: As for `solve`.
        check: As for `solve`.
        announce: As for `solve`; told the file of the problem, before its code runs.
        progress: As for `solve`.
        started: When the budget's clock began.

    Returns:
        The solution.

    Raises:
        RunFolderError: If the run needs more than its settings, or the problem is another one.
        SettingsError: If the settings cannot be read.
    """
    layer, run = read_settings(folder.path / "settings.toml", folder.path)
    missing = _missing(run, layer[1])
    if missing is not None:
        raise RunFolderError(
            f"{folder.path} holds settings alone, and its run began with {missing}; begin it again "
            "by the command in its settings.toml, with --overwrite"
        )
    with ended_in_time(budget and started + budget):
        remembered = _remembered(folder, run, layer[1])
        found = same_problem(
            remembered, problem, problems, lambda origin: announce_code(announce, [origin])
        )
    return solve(
        found,
        run.network,
        settings=[layer, *layers],
        seed=run.seed,
        device=run.device if device == "auto" else device,
        dtype=run.dtype,
        budget=budget,
        out=folder.path,
        overwrite=True,
        problems=problems,
        check=check or run.check,
        announce=announce,
        progress=progress,
        started=started,
        command=folder.command() or "begun again by resume() in Python",
    )


def _remembered(folder: RunFolder, run: RunSettings, settings: Mapping[str, object]) -> Remembered:
    """What settings tell of a run, as a checkpoint would."""
    assert run.problem is not None
    assert run.sha256 is not None
    return Remembered(
        folder=folder,
        tree={},
        name=run.problem,
        path=f"{run.problem}.py",
        sha256=run.sha256,
        parameters=run.parameters,
        fingerprint={},
        network=run.network,
        settings=settings,
        seed=run.seed,
        dtype=run.dtype,
        parts=[],
    )


def _missing(run: RunSettings, settings: Mapping[str, object]) -> str | None:
    """What a run has begun with that settings alone do not bring back; None for nothing."""
    if run.problem is None or run.sha256 is None:
        return "a problem that has no file, or whose file they do not tell"
    if run.start is not None:
        return f"the network of {run.start}"
    if run.network == "custom":
        return "a network object"
    section = settings.get("network")
    family = section.get("family") if isinstance(section, Mapping) else None
    own = [name for name in (run.network, family) if isinstance(name, str) and ":" in name]
    return f"code of its user's, {own[0]}" if own else None
