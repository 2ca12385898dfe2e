"""Conditions that count for nothing, and parameters that nothing depends on."""

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.pieces import collect_pieces, periodic_axes
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.diagnosis.reference import reference_at
from pinn_metakan.diagnosis.sensitivity import made_up_values
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.pde.problem import Problem

#: Points where a problem is compared with one of another parameter, and the change of that
#: (docs/decisions/0024-diagnosis.md).
_POINTS, _CHANGE = 512, 0.01


def check_unused(examined: Examined) -> list[Finding]:
    """Find what is stated and has no effect.

    Args:
        examined: The problem; it is constructed again with other numbers.

    Returns:
        The findings.
    """
    formulation, weights = examined.formulation, examined.objective.weights
    findings = [
        Finding(
            "unused",
            Severity.REMARK,
            f"the weight of {term} is 0, so it counts for nothing",
            f"leave it out, or --set loss.weights.{term}=1",
        )
        for term, weight in weights.items()
        if weight == 0
    ]
    periodic = set(periodic_axes(formulation))
    for unknown in formulation.variables.unknowns:
        _, doubles = collect_pieces(formulation, unknown, periodic)
        remedy = "leave one of the two out, unless both are meant"
        findings += [
            Finding("unused", Severity.REMARK, line.removesuffix("; stays soft"), remedy)
            for line in doubles
            if "already" in line
        ]
    return [*findings, *_unused_parameters(formulation)]


def _unused_parameters(formulation: Formulation) -> list[Finding]:
    problem = formulation.problem
    numbers = {
        name: value
        for name, value in problem.parameters.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    if not numbers:
        return []
    known = _numbers_of(formulation)
    return [
        Finding(
            "unused",
            Severity.REMARK,
            f"nothing depends on the parameter {name!r}: neither equations, conditions, domain nor "
            "reference",
            "use it, or leave it out of the constructor",
        )
        for name, value in numbers.items()
        if _is_same(known, _with_another(problem, name, value))
    ]


def _with_another(problem: Problem, name: str, value: float) -> dict[str, Tensor] | None:
    """Numbers of the problem with another value of a parameter; None if there is no such one."""
    suggested = _suggested(problem)
    other = value + 1 if isinstance(value, int) else value * (1 + _CHANGE) or _CHANGE
    arguments = dict(problem.parameters) | {name: other}
    try:
        another = type(problem)(**arguments)
        return _numbers_of(formulate(another)) if _suggested(another) == suggested else None
    except Exception:  # the constructor may refuse what it likes; then the parameter has an effect
        return None


def _suggested(problem: Problem) -> tuple[object, ...]:
    return problem.settings, problem.network_settings, problem.scales


@torch.no_grad()
def _numbers_of(formulation: Formulation) -> dict[str, Tensor]:
    """Numbers that differ between different problems."""
    generator = Generator().manual_seed(0)
    at = sample_interior(formulation.domain, _POINTS, "sobol", generator)
    values = made_up_values(formulation.equations, at)
    found = formulation.fingerprint()
    found |= formulation.equations.evaluate(Jet(formulation.variables, at.points, values), at)
    for condition in formulation.conditions.values():
        at_condition = condition.at
        values = made_up_values(condition, at_condition)
        jet = Jet(formulation.variables, at_condition.points, values)
        found |= condition.evaluate(jet, at_condition)
    reference = reference_at(formulation, at.points)
    return found if reference is None else found | {"reference": reference}


def _is_same(first: dict[str, Tensor], second: dict[str, Tensor] | None) -> bool:
    if second is None or first.keys() != second.keys():
        return False
    pairs = ((value, second[name]) for name, value in first.items())
    return all(a.shape == b.shape and bool((a == b).all()) for a, b in pairs)
