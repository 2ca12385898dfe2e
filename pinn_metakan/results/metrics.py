"""Errors of a field against a reference, over the points where there is a reference.

Outside the domain both are NaN, and such points do not count. A value that is NaN where there is a
reference makes the error NaN: a hole in a solution is no small error.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Both: docs/decisions/0034-hard-cases.md.
#: Part of the size of a reference below which its variation is dominated by an offset.
_DOMINATED = 0.1
#: What varies by less than this part of its size is constant.
_ROUNDING = 1e-13


def relative_l2(values: Array, reference: Array) -> float:
    r"""Relative L2 error sqrt(sum (u - v)^2 / sum v^2); the numerator alone if v is zero."""
    u, v = _where_known(values, reference)
    scale = float(np.sqrt(np.sum(v**2)))
    return float(np.sqrt(np.sum((u - v) ** 2))) / (scale or 1.0)


def relative_to_variation(values: Array, reference: Array) -> float | None:
    r"""L2 error over the L2 norm of the variation, the reference v less its mean.

    .. math:: \sqrt{\sum (u - v)^2 / \sum (v - \bar v)^2}

    A temperature of 350 K that varies by 0.2 K has a relative L2 error of 1e-3 where nothing of its
    variation is right; this one is 1 there.

    Args:
        values: u.
        reference: v, of the same shape; NaN where nothing is known.

    Returns:
        The error [-]; None where the offset does not dominate the reference, or nothing varies.
    """
    u, v = _where_known(values, reference)
    if not v.size:
        return None
    size, variation = float(np.linalg.norm(v)), float(np.linalg.norm(v - v.mean()))
    if not _ROUNDING * size < variation < _DOMINATED * size:
        return None
    return float(np.linalg.norm(u - v)) / variation


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
