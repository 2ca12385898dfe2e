"""Examining a problem: all that is suspicious about it, without training."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from pinn_metakan.ansatz.hard.constraints import build_constraints
from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding
from pinn_metakan.diagnosis.table import trained_findings
from pinn_metakan.pde.derivatives_of_code import told_derivatives
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import DTYPES, choose, present_network, suggested_settings
from pinn_metakan.runs.facts import scales_text
from pinn_metakan.runs.own_parts import PartFile
from pinn_metakan.settings.layers import Layer, layers_of


def examine(
    problem: Problem,
    network: str = "metakan",
    *,
    settings: Mapping[str, object] | Sequence[Layer] = (),
    dtype: str = "float64",
    parts: Sequence[PartFile] = (),
    problems: Sequence[Path] = (),
) -> list[Finding]:
    """Find what is suspicious about a problem; nothing is trained or written.

    Args:
        problem: What to look at.
        network: A name that ``pinn-metakan networks`` lists, or ``module:Class`` of your own.
        settings: Settings over those that the problem suggests, as for `solve`.
        dtype: "float64" or "float32".
        parts: Files of your own families and networks.
        problems: Folders to look for such files in first.

    Returns:
        The findings, in the order of what they are about; empty if there are none.

    Raises:
        TypeError: If the problem is no problem.
        UserError: If something that was given cannot be used.
    """
    return examine_with_sizes(problem, network, settings, dtype, parts, problems)[0]


def examine_with_sizes(
    problem: Problem,
    network: str,
    settings: Mapping[str, object] | Sequence[Layer],
    dtype: str,
    parts: Sequence[PartFile],
    problems: Sequence[Path],
) -> tuple[list[Finding], str]:
    """Find what is suspicious about a problem, and tell sizes of unknowns and terms; see `examine`.

    Returns:
        The findings, and a line of sizes.

    Raises:
        TypeError: If the problem is no problem.
    """
    if not isinstance(problem, Problem):
        raise TypeError(f"examine needs a problem such as load_problem('heat'), got {problem!r}")
    layers = layers_of("settings", settings)
    name = present_network(problem, network, layers)
    chosen = suggested_settings(problem, name, layers)
    run = AssembledRun(problem, choose(name, chosen, 0, "cpu", dtype, parts, problems))
    is_hard = run.settings.conditions == "hard"
    constraints = (
        run.part.constraints if is_hard else build_constraints(run.formulation, run.settings.fluxes)
    )
    numbers = DTYPES[dtype]
    examined = Examined(run.formulation, constraints, run.objective, run.settings, numbers)
    find = partial(trained_findings, examined)
    with told_derivatives(f"{problem.origin.label}: a function of it", find):
        return [*run.findings, *find()], scales_text(run)
