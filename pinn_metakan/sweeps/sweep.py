"""Many runs of one problem: seeds, settings and parameters, tried or searched."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from pinn_metakan.errors import SettingsError, TrainingError
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.announced_code import Announce
from pinn_metakan.runs.own_parts import PartFile
from pinn_metakan.runs.processes import process_count
from pinn_metakan.settings.layers import Layer
from pinn_metakan.sweeps.axes import grid_axes, search_axes
from pinn_metakan.sweeps.base_run import base_run
from pinn_metakan.sweeps.claims import Claims
from pinn_metakan.sweeps.folder import SweepFolder
from pinn_metakan.sweeps.job import Job
from pinn_metakan.sweeps.ledger import State
from pinn_metakan.sweeps.plan import SweepPlan, made_plan
from pinn_metakan.sweeps.progress import SweepProgress, SweepProgressed
from pinn_metakan.sweeps.result import SweepResult
from pinn_metakan.sweeps.search_range import SearchRange
from pinn_metakan.sweeps.storage import lost_storage_told, require_optuna
from pinn_metakan.sweeps.trial import Place
from pinn_metakan.sweeps.work import work
from pinn_metakan.sweeps.workers import work_in_processes


def sweep(
    problem: Problem,
    network: str | None = None,
    *,
    over: Mapping[str, Iterable[object]] | None = None,
    search: Mapping[str, SearchRange | Sequence[object]] | None = None,
    out: str | Path | Callable[[str], Path],
    trials: int | None = None,
    minimize: str | None = None,
    prune: str | None = None,
    jobs: int = 1,
    storage: str | None = None,
    settings: Mapping[str, object] | Sequence[Layer] = (),
    seed: int = 0,
    device: str = "auto",
    dtype: str = "float64",
    budget: float | None = None,
    parts: Sequence[PartFile] = (),
    problems: Sequence[Path] = (),
    announce: Announce | None = None,
    progress: SweepProgressed | None = None,
    command: str = "sweep() in Python",
) -> SweepResult:
    """Solve a problem many times, and compare.

    All values of `over` are tried, each with each; at each combination of them what is named in
    `search` is searched. Names are those of settings, such as ``adam.learning_rate`` or
    ``network.widths``; ``seed``, ``network``, ``dtype``; or ``param.NAME`` for a parameter of the
    problem. Each trial is a run folder, ``out/trial-000`` and so on, that `solve` has made.

    The same call goes on with a sweep that was interrupted or killed, and trials that were not over
    go on from their checkpoints. The same call on another machine, with the same `storage`, works
    on the same trials; none is made twice.

    Args:
        problem: What to solve.
        network: Name of a network, as for `solve`.
        over: Values that are all tried, by name, such as ``{"seed": range(10)}``.
        search: What is searched, by name: a `SearchRange`, or values to choose from.
        out: Folder of the sweep; or a function that makes it from the name of the sweep.
        trials: Trials of a search at each combination of `over`; 20 unless given.
        minimize: "error", the relative L2 error, the largest of all unknowns; or "loss". The error
            unless given, or the loss where there is no reference.
        prune: "steps" after the first stage or "seconds" of CPU, at which trials are compared while
            they run, to end those that are behind; or "off". Steps with a search, off without,
            unless given.
        jobs: Worker processes on this machine, with one thread each; 1 for this process.
        storage: Where the trials are kept: ``journal:FILE``, or the address of a database, such as
            ``sqlite:///FILE``; a journal in the folder unless given.
        settings: Settings of all trials, as for `solve`.
        seed: Seed of all trials unless it is varied, and of the search.
        device: As for `solve`.
        dtype: As for `solve`.
        budget: Seconds that each trial may take.
        parts: As for `solve`.
        problems: As for `solve`.
        announce: Told what the sweep is before it begins.
        progress: Told where it stands, each time that something is new.
        command: How to start the same again, noted in the folders of the trials.

    Returns:
        The trials.

    Raises:
        TypeError: If the problem is no problem.
        SettingsError: If something that was given is wrong; nothing is written then.
        UserError: If Optuna is not installed, or the storage cannot be opened or is lost.
        TrainingError: If all trials failed, or all workers have ended.
        Interrupted: If the user stops it.
    """
    require_optuna()
    if process_count() > 1:
        raise SettingsError(
            "sweep: torchrun gives one run to several processes, and a sweep gives each process "
            "trials of its own; leave torchrun out, and give jobs"
        )
    if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1:
        raise SettingsError(f"jobs: expected 1 or more, got {jobs}")
    base = base_run(problem, network, settings, seed, device, dtype, budget, parts, problems)
    axes = (grid_axes(over or {}), search_axes(search or {}))
    plan = made_plan(base, *axes, trials, minimize, prune)
    path = out(plan.name) if callable(out) else Path(out)
    folder = SweepFolder(path, storage)
    place = Place(path, command)
    job = Job(plan, place, folder.storage)
    if jobs > 1:
        job.text()  # what cannot be told to other processes is told before anything is written
    folder.begin(plan)
    claims = Claims(plan, folder.storage)
    if announce is not None:
        announce(_facts(plan, folder, jobs, len(SweepProgress(plan, claims.attempts()).over)))
    known: set[tuple[int, State]] = set()

    def told(now: SweepProgress) -> None:
        states = {(attempt.trial, attempt.state) for attempt in now.attempts.values()}
        if states != known:
            known.clear()
            known.update(states)
            folder.write(now)
        if progress is not None:
            progress(now)

    with lost_storage_told(folder.storage):
        try:
            if jobs > 1:
                work_in_processes(job, min(jobs, plan.count), claims, told)
            else:
                work(plan, claims, place, told)
        finally:
            table = folder.write(SweepProgress(plan, claims.attempts()))
            folder.draw(table)
    failed = [row for row in table.rows if row.state == "failed"]
    if len(failed) == plan.count:
        raise TrainingError(
            f"all {plan.count} trials failed; {failed[0].trial}: {failed[0].message}"
        )
    return SweepResult(table, path)


def _facts(plan: SweepPlan, folder: SweepFolder, jobs: int, over: int) -> list[tuple[str, str]]:
    return [
        ("problem", f"{plan.base.problem.origin.name} ({plan.base.problem.origin.label})"),
        ("trials", plan.told()),
        ("minimized", plan.goal),
        ("pruning", "off" if plan.pruning == "off" else f"at equal {plan.pruning}"),
        ("workers", "this process" if jobs == 1 else f"{jobs} processes, one thread each"),
        *([("over before", f"{over} of {plan.count} trials")] if over else []),
        ("folder", str(folder.path)),
        ("storage", folder.storage.rpartition("@")[2]),
    ]
