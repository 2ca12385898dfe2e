"""Unknowns that no equation enters, and fewer equations than unknowns."""

from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.diagnosis.sensitivity import of_equations, unknowns_of
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.problem import has_transform


def check_equations(formulation: Formulation) -> list[Finding]:
    """Find unknowns that no equation says anything of.

    Args:
        formulation: The problem. Where it has a transform of its own, an unknown may be what others
            are made of, so nothing is said.

    Returns:
        The findings.
    """
    if has_transform(formulation.problem):
        return []
    names, found = formulation.variables.unknowns, of_equations(formulation)
    entering = set().union(*(unknowns_of(terms) for terms in found.values()))
    findings = [
        Finding(
            "equations",
            Severity.ERROR,
            f"no equation has the unknown {name!r}: nothing says what it is",
            "state an equation for it in residual, or leave it out of 'unknowns'",
        )
        for k, name in enumerate(names)
        if k not in entering
    ]
    has_data = any(c.region == "data" for c in formulation.problem.conditions.values())
    if not findings and len(found) < len(names) and not has_data:
        findings.append(
            Finding(
                "equations",
                Severity.WARNING,
                f"{len(names)} unknowns ({', '.join(names)}) have {len(found)} "
                f"equation{'s' * (len(found) > 1)} ({', '.join(found)})",
                "state as many equations as there are unknowns, or data (Observed) for the others",
            )
        )
    return findings
