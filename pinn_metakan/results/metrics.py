"""Errors of a field against a reference, over the points where there is a reference.

Outside the domain both are NaN, and such points do not count. A value that is NaN where there is a
reference makes the error NaN: a hole in a solution is no small error.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def relative_l2(values: Array, reference: Array) -> float:
    r"""Relative L2 error sqrt(sum (u - v)^2 / sum v^2); the numerator alone if v is zero."""
    u, v = _where_known(values, reference)
    scale = float(np.sqrt(np.sum(v**2)))
    return float(np.sqrt(np.sum((u - v) ** 2))) / (scale or 1.0)


def relative_l1(values: Array, reference: Array) -> float:
    r"""Relative L1 error sum |u - v| / sum |v|; the numerator alone if v is zero."""
    u, v = _where_known(values, reference)
    scale = float(np.sum(np.abs(v)))
    return float(np.sum(np.abs(u - v))) / (scale or 1.0)


def max_error(values: Array, reference: Array) -> float:
    """Largest error max |u - v| [unit of u]."""
    u, v = _where_known(values, reference)
    return float(np.max(np.abs(u - v), initial=0.0))


def relative_norm(distance: Array, values: Array) -> float:
    r"""Relative L2 norm sqrt(sum d^2 / sum u^2) of a distance d from u, where u is known."""
    d, u = _where_known(distance, values)
    scale = float(np.sqrt(np.sum(u**2)))
    return float(np.sqrt(np.sum(d**2))) / (scale or 1.0)


def largest_known(distance: Array, values: Array) -> float:
    """Largest distance max d from u, where u is known [unit of u]."""
    d, _ = _where_known(distance, values)
    return float(np.max(d, initial=0.0))


def _where_known(values: Array, reference: Array) -> tuple[Array, Array]:
    known = ~np.isnan(reference)
    return values[known], reference[known]
