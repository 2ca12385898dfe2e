"""Whether a solution that was evaluated and written is none."""

from collections.abc import Mapping

#: Attribute: the number of points of the grid at which an unknown is NaN or infinite.
MISSING = "points_without_solution"
#: Attribute: 1 where no step of the training has lowered the loss.
UNIMPROVED = "nothing_improved"


def failure_of(attributes: Mapping[str, str | int | float]) -> str | None:
    """Say why a solution is none.

    Args:
        attributes: Those of the field.

    Returns:
        One line; None for a solution.
    """
    if attributes.get(MISSING):
        return (
            f"the solution is NaN or infinite at {attributes[MISSING]} points of the grid; try "
            "other data or --set conditions=soft, and see what pinn-metakan doctor finds"
        )
    if attributes.get(UNIMPROVED):
        return str(attributes.get("advice", "no step has lowered the loss"))
    return None
