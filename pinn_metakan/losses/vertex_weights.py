r"""Weights of the points of equations near vertices, where hard conditions have no derivatives.

In u = g + B N second derivatives of B grow like 1 / r at a distance r from a place where parts of a
boundary meet, and those of g like 1 / r or, where data jump, 1 / r^2. No N balances them, and with
equal weights a fit spends most of what it can do on the points nearest to a vertex. So a point
counts for

.. math:: w = \Bigl(1 + \sum_f (S_f / (\kappa \bar S_f))^2\Bigr)^{-1},

where S_f is the size of the derivatives that the equations ask for of f, each B and g that grows
so, and :math:`\bar S_f` their median: for what is left of the residual is of order one.
"""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.request import Derivative, Quantity, derivatives_needed
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import sample_interior

# All: docs/decisions/0036-shapes.md.
#: kappa.
_KAPPA = 3.0
#: Derivatives grow somewhere if at so many points one is larger than the median by this factor.
_POINTS, _GROWING = 2048, 15.0

#: Takes points (N, d), gives values (N, k).
_Functions = Callable[[Tensor], Tensor]


class VertexWeights:
    """Weights by the derivatives of functions.

    Args:
        functions: Each with its quantities and the median size of them.
    """

    def __init__(self, functions: Sequence[tuple[_Functions, Sequence[Quantity], float]]):
        self._functions = tuple(functions)

    def at(self, points: Tensor) -> Tensor:
        """Weigh points (N, d): (N,), 1 in the mean."""
        total = torch.ones_like(points[:, 0])
        for function, quantities, median in self._functions:
            total = total + (_sizes(function, quantities, points) / (_KAPPA * median)).square()
        weights = torch.nan_to_num(1 / total)
        mean = weights.mean()
        return weights / mean if float(mean) > 0 else torch.ones_like(weights)


def vertex_weights(
    ansatz: Ansatz, domain: Domain, asked: Iterable[Quantity]
) -> VertexWeights | None:
    """Find whether derivatives of g or B grow somewhere in a domain.

    Args:
        ansatz: The field.
        domain: Where.
        asked: What the equations ask for.

    Returns:
        The weights; None where all points count the same: in boxes, whose B are polynomials, and
        wherever derivatives do not grow.
    """
    if domain.is_bounded_by_faces or not ansatz.has_jets:
        return None
    like = ansatz.sizes
    some = sample_interior(domain, _POINTS, "sobol", Generator().manual_seed(0)).points.to(like)
    found: list[tuple[_Functions, Sequence[Quantity], float]] = []
    needed = [derivative for derivative in derivatives_needed(asked) if len(derivative.axes) > 1]
    for k, constraint in enumerate(ansatz.constraints):
        own = sorted({d.axes for d in needed if d.unknown == k})
        own_quantities = [Derivative(0, axes) for axes in own]
        for field in (constraint.factor, constraint.data):
            if field is None or not own:
                continue

            def function(points: Tensor, field: Callable[[Tensor], Tensor] = field) -> Tensor:
                return field(points)[:, None]

            sizes = _sizes(function, own_quantities, some)
            sizes = sizes[torch.isfinite(sizes)]
            median = float(sizes.median()) if len(sizes) else 0.0
            if median > 0 and float(sizes.max()) > _GROWING * median:
                found.append((function, own_quantities, median))
    return VertexWeights(found) if found else None


def _sizes(function: _Functions, quantities: Sequence[Quantity], points: Tensor) -> Tensor:
    """Root of the sum of squares of quantities at points, (N,)."""
    values = evaluate_by_autograd(function, points, quantities)
    squares = [value.detach().square().reshape(len(points), -1) for value in values.values()]
    return torch.cat(squares, dim=1).sum(dim=1).sqrt()
