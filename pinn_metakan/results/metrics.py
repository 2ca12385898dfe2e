"""Errors of a field against a reference, over the points where there is a reference.

Outside the domain both are NaN, and such points do not count. A value that is NaN where there is a
reference makes the error NaN: a hole in a solution is no small error.
"""

from collections.abc import Callable

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
    return _ratio(u - v, v)


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
    varying = v - v.mean()
    if not _ROUNDING < _ratio(varying, v) < _DOMINATED:
        return None
    return _ratio(u - v, varying)


def relative_l1(values: Array, reference: Array) -> float:
    r"""Relative L1 error sum |u - v| / sum |v|; the numerator alone if v is zero."""
    u, v = _where_known(values, reference)
    return _ratio(u - v, v, _l1_norm)


def max_error(values: Array, reference: Array) -> float:
    """Largest error max |u - v| [unit of u]."""
    u, v = _where_known(values, reference)
    return float(np.max(np.abs(u - v), initial=0.0))


def relative_norm(distance: Array, values: Array) -> float:
    r"""Relative L2 norm sqrt(sum d^2 / sum u^2) of a distance d from u, where u is known."""
    d, u = _where_known(distance, values)
    return _ratio(d, u)


def largest_known(distance: Array, values: Array) -> float:
    """Largest distance max d from u, where u is known [unit of u]."""
    d, _ = _where_known(distance, values)
    return float(np.max(d, initial=0.0))


def _l1_norm(x: Array) -> float:
    return float(np.sum(np.abs(x)))


def _l2_norm(x: Array) -> float:
    return float(np.sqrt(np.sum(x**2)))


def _ratio(x: Array, y: Array, norm: Callable[[Array], float] = _l2_norm) -> float:
    """|x| / |y|, or |x| if y is zero, where squares of x or y may be beyond float64, too."""
    x_exponent, y_exponent = _exponent(x), _exponent(y)
    x_norm, y_norm = norm(np.ldexp(x, -x_exponent)), norm(np.ldexp(y, -y_exponent))
    if not y_norm:
        y_norm, y_exponent = 1.0, 0
    with np.errstate(over="ignore"):
        return float(np.ldexp(x_norm / y_norm, x_exponent - y_exponent))


def _exponent(x: Array) -> int:
    """The n of max |x| = m 2^n, m in [1/2, 1); x is divided by 2^n exactly."""
    return int(np.frexp(np.max(np.abs(x), initial=0.0))[1])


def _where_known(values: Array, reference: Array) -> tuple[Array, Array]:
    known = ~np.isnan(reference)
    return values[known], reference[known]
