"""Runs of a problem by variants of network and settings, kept in folders."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pinn_metakan.loading import load_problem
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.runs.resume import resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.solution import Solution


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


def run_case(path: Path, case: Case, device: str, budget: float | None = None) -> Solution:
    """Solve a case, go on with it, or read what it gave.

    Args:
        path: Its run folder: read if it is complete, resumed if it has a checkpoint.
        case: What to run.
        device: "auto", "cpu" or "cuda".
        budget: Seconds that it may take; no bound unless given.

    Returns:
        The solution.
    """
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
