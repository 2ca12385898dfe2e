"""What a problem says of the error of its reference."""

import math
from collections.abc import Mapping

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.user_code import call_user


def stated_reference_errors(formulation: Formulation) -> dict[str, float]:
    """Ask a problem how large the error of its reference is.

    Args:
        formulation: The problem; it has a reference.

    Returns:
        The estimated relative L2 error by unknown; empty for a reference that is exact.

    Raises:
        ProblemError: If `reference_error` fails or does not return a dict of numbers.
    """
    label = f"{formulation.problem.origin.label}: reference_error"
    found = call_user(formulation.problem.reference_error, (), label)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise ProblemError(
            f"{label} returned a {type(found).__name__}; return a dict of one number per unknown, "
            "or None"
        )
    unknowns = formulation.variables.unknowns
    if others := sorted(str(name) for name in set(found) - set(unknowns)):
        raise ProblemError(
            f"{label} names {', '.join(others)}; the unknowns are {', '.join(unknowns)}"
        )
    for name, error in found.items():
        is_number = isinstance(error, int | float) and not isinstance(error, bool)
        if not is_number or not 0 <= error < math.inf:
            raise ProblemError(f"{label} of {name} must be a number from 0 on, got {error!r}")
    return {name: float(error) for name, error in found.items()}
