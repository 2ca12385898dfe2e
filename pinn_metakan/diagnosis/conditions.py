"""Fewer or more conditions than the order of the equations asks for."""

from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.diagnosis.one_unknown import OneUnknown, are
from pinn_metakan.diagnosis.orders import asked_conditions
from pinn_metakan.diagnosis.places import Conditions, conditions_on
from pinn_metakan.diagnosis.sensitivity import Sensitivities, of_equations, unknowns_of
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.problem import has_transform


def check_conditions(formulation: Formulation) -> list[Finding]:
    """Count the conditions of each unknown against what its equations ask for.

    Args:
        formulation: The problem. Nothing is said where it has a transform of its own, which may
            satisfy conditions that are not listed.

    Returns:
        The findings.
    """
    if has_transform(formulation.problem):
        return []
    equations, conditions = of_equations(formulation), conditions_on(formulation)
    findings = _without_any(formulation, equations, conditions)
    if findings:
        return findings
    if len(conditions) == len(equations) == 1:
        counter = OneUnknown(formulation, equations, conditions[0])
        return [*counter.in_time(), *counter.in_space()]
    return _of_system(formulation, equations, conditions)


def _without_any(
    formulation: Formulation, equations: Sensitivities, conditions: list[Conditions]
) -> list[Finding]:
    """Find unknowns that are differentiated, and that no condition reaches through equations."""
    names = formulation.variables.unknowns
    groups = [{k} for k in range(len(names))]
    for terms in equations.values():
        met = unknowns_of(terms)
        joined = set().union(met, *(group for group in groups if group & met))
        groups = [*(group for group in groups if not group & met), joined]
    findings = []
    for group in groups:
        is_differentiated = any(
            d.axes for terms in equations.values() for d in terms if d.unknown in group
        )
        if is_differentiated and all(conditions[k].is_empty for k in group):
            named = ", ".join(names[k] for k in sorted(group))
            findings.append(
                Finding(
                    "conditions",
                    Severity.ERROR,
                    f"no condition for {named}: the equations alone have many solutions",
                    "add conditions, such as Dirichlet(u=0.0) and, with time, Initial(u=...)",
                )
            )
    return findings


def _of_system(
    formulation: Formulation, equations: Sensitivities, conditions: list[Conditions]
) -> list[Finding]:
    """Count the conditions of a system, all together along each coordinate."""
    domain, names = formulation.domain, formulation.variables.unknowns
    axes = formulation.variables.column_names()
    findings = [
        Finding(
            "conditions",
            Severity.WARNING,
            f"no condition for {names[k]}, which is differentiated twice",
            f"add one, such as Dirichlet({names[k]}=...)",
        )
        for k, found in enumerate(conditions)
        if found.is_empty and _is_of_second_order(equations, k)
    ]
    if findings or any(found.is_elsewhere for found in conditions):
        return findings
    for axis in range(domain.dimension):
        if axis in domain.parameter_axes:
            continue
        asked = asked_conditions(equations, len(names), axis)
        is_time = axis == domain.time_axis
        if asked is None or not (is_time or domain.is_bounded_by_faces):
            continue
        if is_time:
            given = sum(found.at_start for found in conditions)
        elif any(axis in found.periodic for found in conditions):
            continue
        else:
            given = sum(found.on_axis(axis) for found in conditions)
        if given < asked:
            where = "at the first time" if is_time else f"at the ends of {axes[axis]}"
            findings.append(
                Finding(
                    "conditions",
                    Severity.WARNING if is_time else Severity.REMARK,
                    f"the equations are of order {asked} in {axes[axis]} all together, which asks "
                    f"for {asked} conditions {where}; there {are(given)}",
                    "add the others, unless less determines the solution",
                )
            )
    return findings


def _is_of_second_order(equations: Sensitivities, unknown: int) -> bool:
    found: set[Derivative] = {d for terms in equations.values() for d in terms}
    return any(d.unknown == unknown and len(d.axes) > 1 for d in found)
