"""From a problem to a solution."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pinn_metakan.diagnosis.table import refuse_errors
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import (
    check_budget,
    choose,
    network_name,
    present_network,
    suggested_settings,
)
from pinn_metakan.runs.folder import SECOND_OPINION, RunFolder
from pinn_metakan.runs.fresh_folder import FreshFolder
from pinn_metakan.runs.own_parts import PartFile
from pinn_metakan.runs.second_opinion import SecondOpinion, train_and_compare
from pinn_metakan.runs.sitting import Announce, Progress
from pinn_metakan.runs.solution import Solution
from pinn_metakan.settings.layers import Layer, layers_of
from pinn_metakan.settings.text import settings_text


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
    parts: Sequence[PartFile] = (),
    problems: Sequence[Path] = (),
    check: bool = False,
    announce: Announce | None = None,
    progress: Progress | None = None,
    started: float | None = None,
    command: str = "made by solve() in Python",
) -> Solution:
    """Solve a problem.

    Args:
        problem: What to solve.
        network: A name that ``pinn-metakan networks`` lists; ``module:Class`` of a network of your
            own, whose file is run; or a network object, of which a copy is trained.
        settings: Settings over those that the problem suggests, nested or with dots, such as
            ``{"adam": {"steps": 100}}`` or ``{"adam.steps": 100}``; or layers of such with names.
        seed: Seed of everything random.
        device: "auto", "cpu", "cuda" or another name of torch.
        dtype: "float64" or "float32".
        budget: Seconds that the whole call may take; training ends earlier to keep it.
        out: Run folder to write; nothing is written without it.
        overwrite: Whether a run in that folder may be replaced.
        parts: Files of your own families and networks, which settings name as ``module:Class``.
        problems: Folders to look for such files in first.
        check: Whether another network solves the problem too, with another seed and the same
            steps; what the two differ by stands for the error where there is no reference.
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
    name = present_network(problem, network_name(network), layers)
    chosen = suggested_settings(problem, name, layers)
    choices = choose(name, chosen, seed, device, dtype, parts, problems)
    check_budget(budget)
    place = RunFolder(Path(out)) if isinstance(out, str | Path) else out
    if place is not None:
        place.refuse_unless_free(overwrite)
    run = AssembledRun(problem, choices, network if isinstance(network, Network) else None)
    refuse_errors(problem.origin.label, run.findings)
    run.choose_network()
    second = SecondOpinion.on(problem, choices) if check else None
    folder = None
    if place is not None:
        for kept_as in [*run.kept_names, *([SECOND_OPINION] if check else [])]:
            place.refuse_unless_branch_is_free(kept_as, overwrite)
        text = settings_text(choices.settings, choices.as_asked(problem, check), command)
        folder = place.begin(text, overwrite)
    return train_and_compare(run, second, folder, {}, budget, started, announce, progress)
