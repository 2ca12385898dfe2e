"""Coefficients that jump inside the domain."""

from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.pde.coefficients import find_coefficient_jumps


def check_coefficients(examined: Examined) -> list[Finding]:
    """Find equations with a coefficient that jumps.

    Args:
        examined: The problem.

    Returns:
        The findings; a run says so too.
    """
    return [
        Finding("jumps", Severity.REMARK, jump.sentence, jump.remedy[0].lower() + jump.remedy[1:])
        for jump in find_coefficient_jumps(examined.formulation)
    ]
