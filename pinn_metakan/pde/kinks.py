"""Planes across which slopes may jump, as conditions say."""

from pinn_metakan.pde.condition import Kink
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.user_code import told_failures


def find_kinks(formulation: Formulation) -> dict[Kink, str]:
    """Find the planes across which slopes may jump.

    Args:
        formulation: The problem.

    Returns:
        The name of the condition that says so, by plane.

    Raises:
        ProblemError: If a condition fails to say it.
    """
    found: dict[Kink, str] = {}
    for name, condition in formulation.problem.conditions.items():
        with told_failures(f"{formulation.problem.origin.label}: condition {name!r} failed"):
            kink = condition.kink(formulation.variables)
        if kink is not None:
            found[kink] = name
    return found
