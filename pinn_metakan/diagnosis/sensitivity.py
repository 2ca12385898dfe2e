"""Which derivatives of which unknowns the terms of a residual depend on, and how much."""

from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet, RecordedValues
from pinn_metakan.derivatives.request import (
    Coordinate,
    Derivative,
    Gradient,
    Laplacian,
    Quantity,
    Variables,
)
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.residual import Residual

#: Points inside the domain where equations are looked at (docs/decisions/0024-diagnosis.md).
_POINTS = 64

#: By term, the derivatives that it depends on, and its derivative in each of them, (N,).
Sensitivities = Mapping[str, Mapping[Derivative, Tensor]]


def sensitivities(residual: Residual, variables: Variables, at: PointSet) -> Sensitivities:
    """Differentiate all terms in what they ask for, at made-up values.

    Args:
        residual: The residual.
        variables: What names mean.
        at: The points, (N, d).

    Returns:
        What each term depends on; what it asks for and does not depend on is left out.
    """
    return sensitivities_at(residual, variables, at, made_up_values(residual, at))


def made_up_values(residual: Residual, at: PointSet) -> dict[Quantity, Tensor]:
    """Values near 1 for all that a residual asks for, the same each time."""
    made_up = RecordedValues(at.points)
    asked = sorted((q for q in residual.quantities if not isinstance(q, Coordinate)), key=repr)
    return {quantity: made_up[quantity] for quantity in asked}


def sensitivities_at(
    residual: Residual, variables: Variables, at: PointSet, values: Mapping[Quantity, Tensor]
) -> Sensitivities:
    """Differentiate all terms in what they ask for, at given values; see `sensitivities`."""
    leaves = {q: value.detach().clone().requires_grad_() for q, value in values.items()}
    with torch.enable_grad():
        terms = residual.evaluate(Jet(variables, at.points, leaves), at)
        totals = {term: value.sum() for term, value in terms.items()}
    found: dict[str, dict[Derivative, Tensor]] = {}
    for term, total in totals.items():
        slopes: dict[Derivative, Tensor] = {}
        if leaves and total.requires_grad:
            gradients = torch.autograd.grad(
                total, list(leaves.values()), retain_graph=True, materialize_grads=True
            )
            for quantity, gradient in zip(leaves, gradients, strict=True):
                for derivative, slope in _split(quantity, gradient):
                    slopes[derivative] = slopes.get(derivative, torch.zeros_like(slope)) + slope
        found[term] = {d: slope for d, slope in slopes.items() if bool(slope.any())}
    return found


def of_equations(formulation: Formulation) -> Sensitivities:
    """What the equations depend on, at points inside the domain."""
    domain, generator = formulation.domain, Generator().manual_seed(0)
    at = sample_interior(domain, _POINTS, "sobol", generator)
    return sensitivities(formulation.equations, formulation.variables, at)


def of_condition(formulation: Formulation, name: str) -> Sensitivities:
    """What a condition depends on, at the points where it was recorded."""
    residual = formulation.conditions[name]
    return sensitivities(residual, formulation.variables, residual.at)


def order(terms: Mapping[Derivative, Tensor], unknown: int, axis: int) -> int | None:
    """How often a term differentiates an unknown along an axis; None if it does not have it."""
    orders = [d.axes.count(axis) for d in terms if d.unknown == unknown]
    return max(orders, default=None)


def unknowns_of(terms: Mapping[Derivative, Tensor]) -> set[int]:
    """The unknowns that a term depends on."""
    return {derivative.unknown for derivative in terms}


def _split(quantity: Quantity, gradient: Tensor) -> list[tuple[Derivative, Tensor]]:
    match quantity:
        case Derivative():
            return [(quantity, gradient)]
        case Laplacian(unknown, axes):
            return [(Derivative(unknown, (axis, axis)), gradient) for axis in axes]
        case Gradient(unknown, axes):
            columns = zip(axes, gradient.unbind(1), strict=True)
            return [(Derivative(unknown, (axis,)), column) for axis, column in columns]
        case _:
            return []
