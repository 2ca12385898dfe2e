"""Derivatives of a function by central differences of high order."""

import math
from collections.abc import Callable, Iterable
from itertools import product

import torch
from torch import Tensor

from pinn_metakan.derivatives.request import (
    Coordinate,
    Derivative,
    Gradient,
    Laplacian,
    Quantity,
    derivatives_needed,
)

#: Offsets and coefficients of derivatives along one axis, by order; their error is of order h^4.
_STENCILS: dict[int, dict[int, float]] = {
    1: {-2: 1 / 12, -1: -8 / 12, 1: 8 / 12, 2: -1 / 12},
    2: {-2: -1 / 12, -1: 16 / 12, 0: -30 / 12, 1: 16 / 12, 2: -1 / 12},
    3: {-3: 1 / 8, -2: -1.0, -1: 13 / 8, 1: -13 / 8, 2: 1.0, 3: -1 / 8},
    4: {-3: -1 / 6, -2: 2.0, -1: -13 / 2, 0: 28 / 3, 1: -13 / 2, 2: 2.0, 3: -1 / 6},
}
#: Steps that the widest stencil reaches.
REACH = 3


def evaluate_by_differences(
    function: Callable[[Tensor], Tensor],
    points: Tensor,
    quantities: Iterable[Quantity],
    steps: Tensor,
) -> dict[Quantity, Tensor]:
    """Evaluate a function and the derivatives that are asked for.

    Args:
        function: Takes points (N, d), returns values (N, m).
        points: Shape (N, d), `REACH` steps away from where the function ends.
        quantities: What to evaluate.
        steps: h along each axis, shape (d,).

    Returns:
        A tensor for each quantity that is not a coordinate, (N,), or (N, d) for a gradient.

    >>> u_xy = Derivative(0, (0, 1))
    >>> points, steps = torch.tensor([[3.0, 2.0]]).double(), torch.tensor([0.1, 0.1]).double()
    >>> found = evaluate_by_differences(lambda x: x[:, :1] ** 2 * x[:, 1:], points, [u_xy], steps)
    >>> round(float(found[u_xy]), 9)
    6.0
    """
    quantities = [q for q in quantities if not isinstance(q, Coordinate)]
    stencils = {d: _stencil(d.axes, steps) for d in derivatives_needed(quantities)}
    offsets = sorted({offset for stencil in stencils.values() for offset in stencil})
    shifted = []
    for offset in offsets:
        moved = points.clone()
        for axis, count in offset:
            moved[:, axis] += count * steps[axis]
        shifted.append(moved)
    parts = function(torch.cat(shifted)).split(len(points))
    values = dict(zip(offsets, parts, strict=True))  # each (N, m)
    found = {
        derivative: sum(
            (c * values[offset][:, derivative.unknown] for offset, c in stencil.items()),
            start=torch.zeros_like(points[:, 0]),
        )
        for derivative, stencil in stencils.items()
    }
    return {quantity: _assembled(quantity, found) for quantity in quantities}


def _stencil(axes: tuple[int, ...], steps: Tensor) -> dict[tuple[tuple[int, int], ...], float]:
    """Coefficients by offset, which is (axis, steps) for each axis that is moved along."""
    distinct = sorted(set(axes))
    orders = [axes.count(axis) for axis in distinct]
    found: dict[tuple[tuple[int, int], ...], float] = {}
    for combination in product(*(_STENCILS[order].items() for order in orders)):
        offset = tuple(
            (axis, count) for axis, (count, _) in zip(distinct, combination, strict=True) if count
        )
        scale = math.prod(
            float(steps[axis]) ** order for axis, order in zip(distinct, orders, strict=True)
        )
        found[offset] = math.prod(c for _, c in combination) / scale
    return found


def _assembled(quantity: Quantity, found: dict[Derivative, Tensor]) -> Tensor:
    match quantity:
        case Laplacian(unknown, axes):
            return torch.stack([found[Derivative(unknown, (a, a))] for a in axes]).sum(dim=0)
        case Gradient(unknown, axes):
            return torch.stack([found[Derivative(unknown, (a,))] for a in axes], dim=1)
        case Derivative():
            return found[quantity]
        case _:
            raise TypeError(f"cannot assemble {quantity}")
