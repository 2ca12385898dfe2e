"""Families of the user's own: their shapes, and whether their derivatives are derivatives."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.family import Family

#: Distance of differences, and what a derivative may differ from them, relative to its size: far
#: above their rounding and truncation, far below a wrong formula.
_DISTANCE, _TOLERANCE = 1e-4, 1e-4


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
    (n, i), o, size = x.shape, 1, family.size
    if family.start_sizes(i).shape != (size,):
        raise ValueError(f"start_sizes must give {size} numbers")
    if isinstance(family, Family):
        _refuse_wrong("derivatives", lambda at: family.derivatives(at, 2), x, (n, i, size))
        return
    w = torch.linspace(0.6, 1.3, o * i * size, dtype=torch.float64).view(o, i, size)
    _refuse_wrong("derivatives", lambda at: family.derivatives(at, w, 2), x, (n, o, i))
    _refuse_wrong("sensitivities", lambda at: family.sensitivities(at, w, 2), x, (n, o, i, size))
    slopes = family.sensitivities(x, w, 0)[0]  # (N, o, i, D)
    for k in range(size):
        shift = torch.zeros_like(w)
        shift[..., k] = _DISTANCE
        expected = _difference(lambda s: family.derivatives(x, w + s * shift, 0)[0])  # noqa: B023
        _refuse_unequal(f"sensitivities(...)[0][..., {k}]", "in w", slopes[..., k], expected)


def _refuse_wrong(
    name: str, evaluate: Callable[[Tensor], Sequence[Tensor]], x: Tensor, shape: tuple[int, ...]
) -> None:
    found = evaluate(x)
    if len(found) != 3 or any(part.shape != shape for part in found):
        shapes = ", ".join(str(tuple(part.shape)) for part in found)
        raise ValueError(
            f"{name}(..., order=2) must give 3 tensors of shape {shape} for inputs of shape "
            f"{tuple(x.shape)}, it gives {shapes}"
        )
    for order in (1, 2):
        expected = _difference(lambda s, k=order: evaluate(x + s * _DISTANCE)[k - 1])  # type: ignore[misc]
        label = f"{name}(..., order=2)[{order}]"
        _refuse_unequal(label, f"of [{order - 1}] in x", found[order], expected)


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
