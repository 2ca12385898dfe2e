"""Derivatives of any function by nested reverse-mode `torch.autograd`."""

from collections.abc import Callable, Iterable

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


def evaluate_by_autograd(
    function: Callable[[Tensor], Tensor], points: Tensor, quantities: Iterable[Quantity]
) -> dict[Quantity, Tensor]:
    """Evaluate a function and the derivatives that are asked for.

    One backward pass computes all derivatives of a derivative: u_x and u_t from u, u_xx and u_xt
    from u_x. The results keep their graph, so that a loss of them can be differentiated.

    Args:
        function: Takes points (N, d), returns outputs (N, m), each of its own point only.
        points: Shape (N, d).
        quantities: What to evaluate.

    Returns:
        A tensor for each quantity that is not a coordinate, (N,), or (N, d) for a gradient.

    >>> u_xx = Derivative(0, (0, 0))
    >>> points = torch.tensor([[3.0, 2.0]])
    >>> evaluate_by_autograd(lambda x: x[:, :1] ** 3 * x[:, 1:], points, [u_xx])[u_xx].tolist()
    [36.0]
    """
    quantities = list(quantities)
    needed = derivatives_needed(quantities)
    differentiated = {axis for derivative in needed for axis in derivative.axes}
    with torch.enable_grad():
        columns = [
            column.detach().clone().requires_grad_(axis in differentiated)
            for axis, column in enumerate(points.unbind(1))
        ]
        outputs = function(torch.stack(columns, dim=1))  # (N, m)
        found: dict[Derivative, Tensor] = {}
        for unknown in {derivative.unknown for derivative in needed}:
            wanted = {d.axes for d in needed if d.unknown == unknown}
            _expand(Derivative(unknown, ()), outputs[:, unknown], wanted, columns, found)
    return {
        quantity: _assemble(quantity, found)
        for quantity in quantities
        if not isinstance(quantity, Coordinate)
    }


def _expand(
    derivative: Derivative,
    value: Tensor,
    wanted: set[tuple[int, ...]],
    columns: list[Tensor],
    found: dict[Derivative, Tensor],
) -> None:
    """Store a derivative, then differentiate it once for all the wanted ones that begin with it."""
    found[derivative] = value
    depth = len(derivative.axes)
    longer = [axes for axes in wanted if len(axes) > depth and axes[:depth] == derivative.axes]
    children = sorted({axes[depth] for axes in longer})
    if not children:
        return
    inputs = [columns[axis] for axis in children]
    if value.requires_grad:
        gradients = torch.autograd.grad(
            value.sum(), inputs, create_graph=True, allow_unused=True, materialize_grads=True
        )
    else:
        gradients = tuple(torch.zeros_like(value) for _ in inputs)
    for axis, gradient in zip(children, gradients, strict=True):
        child = Derivative(derivative.unknown, (*derivative.axes, axis))
        _expand(child, gradient, wanted, columns, found)


def _assemble(quantity: Quantity, found: dict[Derivative, Tensor]) -> Tensor:
    match quantity:
        case Laplacian(unknown, axes):
            return sum(
                (found[Derivative(unknown, (axis, axis))] for axis in axes[1:]),
                start=found[Derivative(unknown, (axes[0], axes[0]))],
            )
        case Gradient(unknown, axes):
            return torch.stack([found[Derivative(unknown, (axis,))] for axis in axes], dim=1)
        case Derivative():
            return found[quantity]
        case _:
            raise TypeError(f"cannot assemble {quantity}")
