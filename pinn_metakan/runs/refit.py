"""A run that is fitted again from where it ended: with numbers that are held, or to other data."""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pinn_metakan.errors import RunFolderError, UserError
from pinn_metakan.losses.data_weight import noise_levels
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.as_start import as_start
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.start import Start
from pinn_metakan.settings.layers import Layer, build_settings

#: Fits that begin trained go nearer to the minimum, as differences of chi-square count
#: (docs/decisions/0046-how-sure.md).
_TOLERANCE = 1e-3
#: They leave out a random network's first steps, and looks at errors.
_AGAIN: Layer = (
    "a fit that begins with another one",
    {
        "adam": {"steps": 0},
        "lm": {"tolerance": _TOLERANCE},
        "report_every": 1_000_000,
        "evaluation": {"history_points": 1},
    },
)


@dataclass(frozen=True)
class Refit:
    """What a fit found.

    Args:
        run: The run, with its best parameters in place.
        start: What another one can begin with.
        chi_square: -2 log likelihood of the data, but for a constant, and that of model errors [-].
        violation: What equations and conditions that count as exact add to the loss, in the unit in
            which chi-square does [-]: at most so much of chi-square has been bought by it.
    """

    run: AssembledRun
    start: Start
    chi_square: float
    violation: float

    @property
    def numbers(self) -> dict[str, float]:
        """Unknown numbers that were trained [unit of each]."""
        return self.run.ansatz.numbers.now()


def begun(run: AssembledRun) -> Refit:
    """What a run found, for others to begin with.

    Args:
        run: The run, with its best parameters in place.

    Returns:
        It.

    Raises:
        UserError: If it has no unknown numbers or functions, or no data with noise.
        RunFolderError: If its network is an object of the user's.
    """
    formulation = run.formulation
    label = formulation.problem.origin.label
    if not formulation.unknowns and not formulation.functions:
        raise UserError(f"{label} has no unknown numbers or functions that could be unsure")
    if not noise_levels(formulation):
        raise UserError(
            f"{label} has no data with noise; how sure a number is follows from that: give "
            "Observed(points, ..., sigma=...)"
        )
    start = as_start(run, f"a solution of {formulation.problem.origin.name}", {})
    if start is None:
        raise RunFolderError(
            "a run with a network object cannot be fitted again; name its class as module:Class"
        )
    return Refit(run, start, chi_square_of(run), violation_of(run))


def refit(
    first: Refit, held: Mapping[str, float] | None = None, problem: Problem | None = None
) -> Refit:
    """Train again from where a fit ended.

    Args:
        first: That fit.
        held: Values of unknown numbers that are not trained [unit of each].
        problem: The same problem with other data; that of the first fit unless given.

    Returns:
        The new fit.

    Raises:
        TrainingError: If training fails.
        ProblemError: If a value lies outside its bounds.
    """
    choices = first.run.choices
    label: Layer = ("the first fit", first.run.settings.as_dict())
    settings = build_settings(choices.network, [label, _AGAIN])
    start = replace(first.start, held=dict(held or {}))
    problem = first.run.problem if problem is None else problem
    run = AssembledRun(problem, replace(choices, settings=settings), start=start)
    run.trainer.run(lambda: None, lambda entry: None)
    while run.awaits_next_leg:
        run.begin_next_leg()
        run.trainer.run(lambda: None, lambda entry: None)
    found = as_start(run, first.start.label, {})
    assert found is not None, "its network is made from settings"
    numbers = {**found.numbers, **start.held}
    found = replace(found, numbers=numbers)
    return Refit(run, found, chi_square_of(run), violation_of(run))


@torch.no_grad()
def chi_square_of(run: AssembledRun) -> float:
    r"""Twice the negative logarithm of the likelihood, but for a constant.

    .. math:: \chi^2 = \sum_i z_i^2 + \sum_F N_F \langle F^2 \rangle / \sigma_F^2,

    and :math:`n \log \sum_i r_i^2` for n values r whose sigma is to be estimated.

    Args:
        run: The run, as it is now.

    Returns:
        The number [-].
    """
    objective, formulation = run.objective, run.formulation
    terms = objective.residuals()
    total = 0.0
    for term, level in noise_levels(formulation).items():
        squares = float(terms[term].double().square().sum())
        if math.isfinite(level.sigma):
            total += squares / level.sigma**2
        else:
            total += len(terms[term]) * math.log(max(squares, 1e-300))
    for term, error in formulation.model_errors.items():
        cells = error.cells(formulation.variables, formulation.domain)
        total += cells * float(terms[term].double().square().mean()) / error.sigma**2
    return total


@torch.no_grad()
def violation_of(run: AssembledRun) -> float:
    """What exact equations and conditions add to the loss over what one of chi-square does [-]."""
    objective, terms = run.objective, run.objective.residuals()
    exact, unit = float(objective.loss()), math.inf
    for term, level in noise_levels(run.formulation).items():
        square = float(terms[term].double().square().mean())
        exact -= objective.scaled_weights[term] * square
        variance = level.sigma**2 if math.isfinite(level.sigma) else square
        unit = min(unit, objective.scaled_weights[term] * variance / len(terms[term]))
    for term in run.formulation.model_errors:
        exact -= objective.scaled_weights[term] * float(terms[term].double().square().mean())
    return max(exact, 0.0) / unit if unit > 0 else 0.0


@torch.no_grad()
def predicted(run: AssembledRun) -> dict[str, dict[str, Tensor]]:
    """What the field of a run says in place of each value that was measured.

    Args:
        run: The run.

    Returns:
        (M,) each, float64 on the CPU, by condition and by name of what was measured.
    """
    formulation = run.formulation
    measured = {
        name: condition.observed()
        for name, condition in formulation.problem.conditions.items()
        if condition.observed()
    }
    zeros = {
        name: {key: torch.zeros_like(value) for key, value in values.items()}
        for name, values in measured.items()
    }
    blank = formulate(with_observed(formulation.problem, zeros, is_exact=True))
    found = {}
    for name, values in measured.items():
        residual = blank.conditions[name]
        group = next(
            g
            for g in run.objective.collocation.groups
            if g.residual is formulation.conditions[name]
        )
        there = replace(group, residual=residual, terms=residual.terms)
        seen = run.objective.residuals_at(there, group.at)
        found[name] = {key: seen[f"{name}_{key}"].double().cpu() for key in values}
    return found


def with_observed(
    problem: Problem, values: Mapping[str, Mapping[str, Tensor]], is_exact: bool = False
) -> Problem:
    """Make the same problem with other data.

    Args:
        problem: The problem, which stays as it is.
        values: (M,) each, by condition and by name of what was measured.
        is_exact: Whether they have no noise.

    Returns:
        The problem.
    """
    other = copy.copy(problem)
    conditions = {
        name: condition.with_observed(values[name], is_exact) if name in values else condition
        for name, condition in problem.conditions.items()
    }
    object.__setattr__(other, "conditions", conditions)
    return other
