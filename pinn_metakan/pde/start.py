"""Conditions at the first time."""

import torch

from pinn_metakan.geometry.domain import ROUNDING
from pinn_metakan.pde.formulation import Formulation


def is_at_start(formulation: Formulation, name: str) -> bool:
    """Whether a condition is asked for at the first time alone, wherever that is said.

    Args:
        formulation: The problem.
        name: Name of the condition, such as an `Initial`, or a `Dirichlet` at the first point of
            the only coordinate.

    Returns:
        Whether all of its points are; False if there is no time.
    """
    axis = formulation.variables.evolution_axis
    if axis is None:
        return False
    first, last = formulation.domain.bounds[axis]
    times = formulation.conditions[name].at.points[:, axis]
    return bool((torch.abs(times - first) <= ROUNDING * (last - first)).all())
