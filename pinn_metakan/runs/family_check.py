"""Families of the user's own: their shapes, and whether their derivatives are derivatives."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.family import Family

#: Distance of differences, and what a derivative may differ from them, relative to its size: far
#: above their rounding and truncation, far below a wrong formula.
_DISTANCE, _TOLERANCE = 1e-4, 1e-4
#: Highest derivative that layers may ask for, of families that are linear in their coefficients and
#: of those that are not.
_ORDER, _ORDER_OF_EDGES = 5, 4


@torch.no_grad()
def check_family(family: Family | EdgeFamily) -> None:
    """Refuse a family that a layer cannot train with.

    Values and derivatives are compared with central differences of fourth order at a few inputs.

    Args:
        family: The family, newly made.

    Raises:
        ValueError: If shapes are others than a layer takes, or a derivative is none.
    """
    # Inputs (N, i) that lie on no round number, where pieces of a function may meet.
    x = torch.tensor([[-0.513, 0.247], [0.031, 0.771], [0.467, -0.239]], dtype=torch.float64)
    size, reach = family.size, getattr(family, "reach", None)
    if not isinstance(size, int) or size < 1:
        raise ValueError(
            f"size, the number of coefficients per edge, must be 1 or more, got {size}"
        )
    if not isinstance(reach, int | float) or not reach > 0:
        raise ValueError(f"reach must be a positive number, math.inf for any input, got {reach!r}")
    (n, i), o = x.shape, 1
    if family.start_sizes(i).shape != (size,):
        raise ValueError(f"start_sizes must give {size} numbers")
    if isinstance(family, Family):
        _refuse_wrong("derivatives", family.derivatives, x, _ORDER, (n, i, size))
        return
    w = torch.linspace(0.6, 1.3, o * i * size, dtype=torch.float64).view(o, i, size)
    by_input = partial(_at_coefficients, family.derivatives, w)
    by_weight = partial(_at_coefficients, family.sensitivities, w)
    _refuse_wrong("derivatives", by_input, x, _ORDER_OF_EDGES, (n, o, i))
    _refuse_wrong("sensitivities", by_weight, x, _ORDER_OF_EDGES, (n, o, i, size))
    slopes = family.sensitivities(x, w, 0)[0]  # (N, o, i, D)
    for k in range(size):
        shift = torch.zeros_like(w)
        shift[..., k] = _DISTANCE
        expected = _difference(lambda s: family.derivatives(x, w + s * shift, 0)[0])  # noqa: B023
        _refuse_unequal(f"sensitivities(...)[0][..., {k}]", "in w", slopes[..., k], expected)


def _at_coefficients(
    evaluate: Callable[[Tensor, Tensor, int], list[Tensor]], w: Tensor, x: Tensor, order: int
) -> list[Tensor]:
    return evaluate(x, w, order)


def _refuse_wrong(
    name: str,
    evaluate: Callable[[Tensor, int], Sequence[Tensor]],
    x: Tensor,
    highest: int,
    shape: tuple[int, ...],
) -> None:
    found = evaluate(x, highest)
    if len(found) != highest + 1 or any(part.shape != shape for part in found):
        shapes = ", ".join(str(tuple(part.shape)) for part in found)
        raise ValueError(
            f"{name}(..., order={highest}) must give {highest + 1} tensors of shape {shape} for "
            f"inputs of shape {tuple(x.shape)}, it gives {shapes}"
        )
    for order in range(1, highest + 1):
        below = partial(_shifted, evaluate, x, order - 1)
        label = f"{name}(..., order={highest})[{order}]"
        _refuse_unequal(label, f"of [{order - 1}] in x", found[order], _difference(below))


def _shifted(
    evaluate: Callable[[Tensor, int], Sequence[Tensor]], x: Tensor, order: int, s: float
) -> Tensor:
    return evaluate(x + s * _DISTANCE, order)[order]


def _difference(function: Callable[[float], Tensor]) -> Tensor:
    """The slope of a function at 0, in units of one over the distance."""
    near, far = function(1.0) - function(-1.0), function(2.0) - function(-2.0)
    return (8 * near - far) / (12 * _DISTANCE)


def _refuse_unequal(what: str, of: str, found: Tensor, expected: Tensor) -> None:
    error = (found - expected).abs()
    size = max(1.0, float(expected.abs().max()), float(found.abs().max()))
    worst = int(error.argmax())
    if not float(error.max()) <= _TOLERANCE * size:  # true for NaN
        raise ValueError(
            f"{what} must be the derivative {of}; at one input it is "
            f"{float(found.flatten()[worst]):.6g}, differences give "
            f"{float(expected.flatten()[worst]):.6g}"
        )
