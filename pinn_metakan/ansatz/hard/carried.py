"""Jumps and kinks of data that the equation carries along, so that the solution has them too."""

from collections.abc import Sequence

from pinn_metakan.ansatz.hard.smoothness import Roughness
from pinn_metakan.derivatives.request import derivatives_needed
from pinn_metakan.pde.formulation import Formulation

#: What the solution is, by the order of the derivative that jumps in the data.
_SOLUTION: dict[int | None, str] = {0: "discontinuous", 1: "not smooth: it has kinks"}


def carried_on(formulation: Formulation, number: int, rough: Sequence[Roughness]) -> list[str]:
    """Find data whose jumps or kinks do not fade.

    They travel along characteristics where an equation for one unknown is of first order, or of
    second order in time and in space, as waves are. In systems this is not told.

    Args:
        formulation: The problem.
        number: Of the unknown.
        rough: What is wrong with its data.

    Returns:
        A sentence for each.
    """
    if len(formulation.variables.unknowns) > 1:
        return []
    time = formulation.variables.time_axis
    axes = [d.axes for d in derivatives_needed(formulation.equations.quantities)]
    is_transport = time is not None and all(len(a) <= 1 for a in axes)
    is_wave = (time, time) in axes and all(len(a) <= 2 for a in axes)
    if not is_transport and not is_wave:
        return []
    return [
        f"the solution is {_SOLUTION[data.order]}, for {data.line}, and the equation carries it on"
        for data in rough
        if data.order in _SOLUTION
    ]
