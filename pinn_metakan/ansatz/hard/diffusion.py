"""How fast an unknown spreads by diffusion, read off the equations."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet, RecordedValues
from pinn_metakan.derivatives.request import (
    Derivative,
    Laplacian,
    Quantity,
    derivatives_needed,
)
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.formulation import Formulation

#: What the diffusivity may differ by, relative to its size, over a face and for other values of the
#: unknowns (docs/decisions/0025-layers.md).
_AGREEMENT = 1e-6


def diffusivity(
    formulation: Formulation, unknown: int, axis: int, points: Tensor, value: float
) -> float | None:
    r"""Find kappa where one equation says u_t = kappa u_xx + ..., terms of lower order aside.

    The slopes of the residuals in u_t and u_xx are taken by autograd at made-up values, of which
    there are two sets: a diffusivity that depends on them is none.

    Args:
        formulation: The problem.
        unknown: Number of the unknown u.
        axis: Column of the coordinate x that it spreads along.
        points: Where, shape (M, d).
        value: The unknown there [its unit]; a diffusivity may depend on it.

    Returns:
        kappa [square of the unit of x over unit of time], negative where time runs backward; None
        where there is no such equation, or kappa is another at other points.
    """
    time = formulation.variables.time_axis
    if time is None or not _is_of_second_order(formulation, unknown, time):
        return None
    found = [_at(formulation, unknown, axis, points, value, sign) for sign in (1.0, -1.0)]
    known = [kappa for kappa in found if kappa is not None]
    if len(known) < len(found):
        return None
    kappas = torch.cat(known)
    first = float(kappas[0])
    spread = float((kappas - first).abs().max())
    is_one = bool(torch.isfinite(kappas).all()) and spread <= _AGREEMENT * abs(first)
    return first if is_one and first != 0 else None


def _is_of_second_order(formulation: Formulation, unknown: int, time: int) -> bool:
    """Whether an unknown is differentiated once in time, and at most twice in space."""
    needed = derivatives_needed(formulation.equations.quantities)
    axes = [d.axes for d in needed if d.unknown == unknown]
    return (time,) in axes and all(a == (time,) or (time not in a and len(a) <= 2) for a in axes)


def _at(
    formulation: Formulation, unknown: int, axis: int, points: Tensor, value: float, sign: float
) -> Tensor | None:
    """The diffusivity at points for one set of made-up values, (M,); None if there is none."""
    made_up = RecordedValues(points)
    equations, time = formulation.equations, formulation.variables.time_axis
    values: dict[Quantity, Tensor] = {}
    for quantity in sorted(equations.quantities, key=repr):
        values[quantity] = (sign * made_up[quantity].detach().clone()).requires_grad_()
    itself = Derivative(unknown, ())
    if itself in values:
        values[itself] = torch.full_like(points[:, 0], value).requires_grad_()
    rates = [q for q in values if q == Derivative(unknown, (time,) if time is not None else ())]
    seconds = [q for q in values if _is_second(q, unknown, axis)]
    found = []
    for term in _terms(formulation, points, values).values():
        rate, second = _slope(term, rates, values), _slope(term, seconds, values)
        if bool((rate != 0).any()) or bool((second != 0).any()):
            found.append((rate, second))
    if len(found) != 1:
        return None
    rate, second = found[0]
    return -second / rate


def _terms(
    formulation: Formulation, points: Tensor, values: Mapping[Quantity, Tensor]
) -> dict[str, Tensor]:
    with torch.enable_grad():
        try:
            jet = Jet(formulation.variables, points, values)
            return formulation.equations.evaluate(jet, PointSet(points))
        except (ProblemError, ValueError, RuntimeError):  # it may depend on values of others
            return {}


def _is_second(quantity: Quantity, unknown: int, axis: int) -> bool:
    """Whether a quantity is or holds the second derivative of an unknown along a coordinate."""
    if isinstance(quantity, Laplacian):
        return quantity.unknown == unknown and axis in quantity.axes
    return quantity == Derivative(unknown, (axis, axis))


def _slope(
    term: Tensor, quantities: Sequence[Quantity], values: Mapping[Quantity, Tensor]
) -> Tensor:
    """The sum of the slopes of a term in some quantities, (M,)."""
    total = torch.zeros_like(term).detach()
    leaves = [values[quantity] for quantity in quantities]
    if term.requires_grad and leaves:
        slopes = torch.autograd.grad(
            term.sum(), leaves, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        total = torch.stack(slopes).sum(dim=0).detach()
    return total
