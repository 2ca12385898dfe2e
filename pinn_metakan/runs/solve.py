"""From a problem to a solution."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pinn_metakan.diagnosis.table import refuse_errors
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.overtime import check_budget, ended_in_time
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.announced_code import Announce, announce_code
from pinn_metakan.runs.asked import Asked
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.begun import failures_of
from pinn_metakan.runs.chain import Chain
from pinn_metakan.runs.ending import in_good_order, owned
from pinn_metakan.runs.folder import SECOND_OPINION, RunFolder
from pinn_metakan.runs.found_start import find_start
from pinn_metakan.runs.fresh_folder import FreshFolder
from pinn_metakan.runs.lack_of_memory import refuse_jacobian_that_never_fits
from pinn_metakan.runs.notebook import notebook_progress
from pinn_metakan.runs.own_parts import PartFile
from pinn_metakan.runs.processes import join_processes
from pinn_metakan.runs.second_opinion import SecondOpinion, train_and_compare
from pinn_metakan.runs.sitting import Progress
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.start import Start
from pinn_metakan.settings.layers import Layer, layers_of
from pinn_metakan.settings.text import settings_text


def solve(
    problem: Problem,
    network: str | Network | None = None,
    *,
    start: str | Path | Solution | Start | None = None,
    along: Mapping[str, Sequence[object]] | None = None,
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
            own, whose file is run; or a network object, of which a copy is trained. Metakan, or
            that of `start`, unless given.
        start: A run folder or a solution, of the same or of another problem, whose trained network
            this run begins with. Adam is left out then unless a setting asks for it.
        along: Values of parameters of the problem that are solved for one after the other before
            it, such as ``{"viscosity": [0.05, 0.02]}``: each begins with the network of the one
            before. They are kept in folders ``link-1``, ``link-2``, ... inside that of the run.
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
        progress: Told each entry of the history; in a notebook it is shown unless given. A verdict
            that it returns, such as ``Verdict(Outcome.STOPPED, "good enough")``, ends the run.
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
    progress = progress or notebook_progress()
    if not isinstance(problem, Problem):
        raise TypeError(f"solve needs a problem such as load_problem('heat'), got {problem!r}")
    check_budget(budget)
    layers = layers_of("settings", settings)
    with ended_in_time(budget and started + budget):
        found = None if start is None else find_start(start, parts, problems)
        first = None if found is None else found.start
        if found is not None:
            announce_code(announce, found.parts)
            parts = [*found.parts, *parts]
        asked = Asked(network, layers, seed, device, dtype, parts, problems)
        chain = None
        if along:
            asked.refuse_network_object()
            chain, choices = Chain.asked(problem, along, asked, first)
            first = None  # the last run begins with what the chain ends with
        else:
            choices = asked.choices(problem, first)
        join_processes(choices.device, choices.settings.process_timeout)
        place = RunFolder(Path(out)) if isinstance(out, str | Path) else out
        if place is not None:
            place.refuse_unless_free(overwrite)
        given = network if isinstance(network, Network) else None
        run = AssembledRun(problem, choices, given, start=first)
        refuse_errors(problem.origin.label, run.findings)
        if chain is None:
            run.choose_network()
        refuse_jacobian_that_never_fits(run)
        cold = (
            choices
            if chain is None and first is None
            else asked.without_start(problem, choices.network)
        )
        second = SecondOpinion.on(problem, cold) if check else None
        folder = None
        if place is not None:
            inside = [*run.schedule.kept_names, *([SECOND_OPINION] if check else [])]
            for kept_as in [*inside, *([] if chain is None else chain.names)]:
                place.refuse_unless_branch_is_free(kept_as, overwrite)
            label = None if first is None else first.label
            label = label if chain is None else chain.names[-1]
            text = settings_text(choices.settings, choices.as_asked(problem, check, label), command)
            folder = place.made()
        with owned(folder), in_good_order(problem, folder) as finished:
            if folder is not None:
                folder.begin(text, overwrite)
            told = (budget, started, announce, progress)
            with failures_of(folder):
                if chain is not None:
                    run = chain.last_run(run, second, folder, *told)
                return finished(train_and_compare(run, second, folder, {}, *told))
