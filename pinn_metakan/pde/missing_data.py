"""What a problem without data says of its unknowns."""

from pinn_metakan.pde.formulation import Formulation


def note_missing_data(formulation: Formulation) -> list[str]:
    """Say that nothing was measured, where numbers or functions are unknown.

    Args:
        formulation: The problem.

    Returns:
        A line for the user, or none.
    """
    names = [*formulation.unknowns, *formulation.functions]
    conditions = formulation.problem.conditions.values()
    if not names or any(condition.region == "data" for condition in conditions):
        return []
    are = "is" if len(names) == 1 else "are"
    return [
        f"no data: {', '.join(names)} {are} unknown, and nothing but the equations and conditions "
        "could tell; give Observed(points, ...)"
    ]
