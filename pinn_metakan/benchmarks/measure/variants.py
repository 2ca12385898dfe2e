"""Runs of a problem by variants of network and settings, kept in folders."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.errors import TrainingError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.runs.resume import resume
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve


@dataclass(frozen=True)
class Variant:
    """A network and what it changes of the default settings."""

    network: str
    settings: Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """One run.

    Args:
        problem: Name of the problem.
        parameters: Its parameters.
        variant: How it is solved.
        seed: Seed of everything random.
    """

    problem: str
    parameters: Mapping[str, object]
    variant: Variant
    seed: int


def run_case(
    path: Path,
    case: Case,
    device: str,
    progress: Progress,
    budget: float | None = None,
) -> Solution | None:
    """Solve a case, go on with it, or read what it gave.

    Args:
        path: Its run folder: read if it is complete, resumed if it has a checkpoint.
        case: What to run.
        device: "auto", "cpu" or "cuda".
        progress: Told why a run failed.
        budget: Seconds that it may take; no bound unless given.

    Returns:
        The solution; None if the run failed, which is a result of a table.
    """
    try:
        return _solved(path, case, device, budget)
    except TrainingError as error:
        progress(f"{path}: {error}")
        return None


def error_of(run: Solution | None) -> float:
    """Largest relative L2 error of an unknown; NaN for a run that failed."""
    return math.nan if run is None else max(run.relative_l2.values())


def size_and_seconds(runs: Sequence[Solution | None]) -> tuple[str, str]:
    """Parameters of a case and its median seconds as text; "-" if all runs failed."""
    found = [run.attributes for run in runs if run is not None]
    if not found:
        return "-", "-"
    return str(found[0]["n_parameters"]), f"{median(float(a['seconds']) for a in found):.0f}"


def _solved(path: Path, case: Case, device: str, budget: float | None) -> Solution:
    if (path / "report.json").is_file():
        return Solution(read_solution(path / "solution.h5"))
    if (path / "checkpoint.safetensors").is_file():
        return resume(path, device=device, budget=budget)
    return solve(
        load_problem(case.problem, (), case.parameters),
        case.variant.network,
        settings={"report_every": 5, **case.variant.settings},
        seed=case.seed,
        device=device,
        budget=budget,
        out=path,
    )


def as_word(name: str) -> str:
    """Make the name of a folder from that of a row."""
    return "".join(c if c.isalnum() or c in ".=-" else "_" for c in name.replace(" (default)", ""))
