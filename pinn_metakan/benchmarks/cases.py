"""The table of a folder of problem files: solved by default settings, as a user would."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.case import DTYPE, NO_HISTORY, Case
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.measure.spread import spread
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.errors import SettingsError, UserError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.choices import DTYPES
from pinn_metakan.runs.devices import chosen_device
from pinn_metakan.settings.layers import Layer
from pinn_metakan.settings.networks import NETWORK_SETTINGS

NETWORKS = ("metakan", "kan")


def case_lines(
    out: Path,
    folder: Path,
    names: Sequence[str],
    networks: Sequence[str],
    seeds: int,
    seconds: float,
    layers: Sequence[Layer],
    progress: Progress,
) -> Iterator[str]:
    """Solve each problem of a folder on one CPU thread, and measure its error at the end.

    Args:
        out: Keeps each run in ``cases.jsonl``; what is there is not made again.
        folder: Holds problem files, each with a reference.
        names: Files without their ending; all if empty.
        networks: Names of networks; `NETWORKS` if empty.
        seeds: How many seeds, from 0.
        seconds: Seconds of CPU time that end a run; default settings may end earlier.
        layers: Settings that all runs have beside their defaults.
        progress: Told each run.

    Yields:
        Rows of a table in Markdown: the median, the lowest and the highest of the largest error of
        an unknown, relative L2; and why the first seed ended.

    Raises:
        SettingsError: If a name is not known, or the seconds are not positive.
        UserError: If the folder holds no problem, one has no reference, or the results cannot be
            written; nothing is measured then.
    """
    files = {path.stem: path for path in sorted(folder.glob("*.py"))}
    if not files:
        raise UserError(f"no problem file (*.py) in {folder}")
    refuse_unknown(f"no problem {{}} in {folder}", names, files)
    refuse_unknown("no network {} here", networks, NETWORK_SETTINGS)
    if not 0 < seconds < math.inf:
        raise SettingsError(f"seconds must be positive, got {seconds:g}")
    device, _ = chosen_device("cpu", DTYPES[DTYPE])
    problems = {name: load_problem(str(files[name])) for name in names or files}
    for name, problem in problems.items():
        if type(problem).reference is Problem.reference:
            raise UserError(f"{files[name]}: no reference to compare with; write that method")
    results = KeptResults(out / "cases.jsonl")
    titles = ["problem", "network", "parameters", "error", "trained [s CPU]", "why it ended"]
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)
    for name, problem in problems.items():
        for network in networks or NETWORKS:
            case = Case(name, problem, network, [NO_HISTORY, *layers], seconds, device)
            found = []
            for seed in range(seeds):
                progress(f"{name}, {network}, seed {seed}")
                key = [*case.key(seed), problem.origin.sha256]
                found.append(results.of(key, partial(case.trained, seed, progress)))
            yield _row(case, found)


def _row(case: Case, found: Sequence[Mapping[str, Any]]) -> str:
    middle, lowest, highest = spread([result["errors"][-1] for result in found])
    error = f"{middle:.1e}" if len(found) == 1 else f"{middle:.1e} ({lowest:.1e} to {highest:.1e})"
    first = found[0]
    ends = [f"{first['n_parameters']}", error, f"{first['trained']:.0f}", first["stop_reason"]]
    return f"| {' | '.join([case.row, case.network, *ends])} |"
