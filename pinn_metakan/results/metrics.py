"""Errors of a field against a reference; points outside the domain (NaN) do not count."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def relative_l2(values: Array, reference: Array) -> float:
    r"""Give sqrt(sum (u - v)^2 / sum v^2); without the denominator where the reference is zero."""
    scale = float(np.sqrt(np.nansum(reference**2)))
    return float(np.sqrt(np.nansum((values - reference) ** 2))) / (scale or 1.0)


def relative_l1(values: Array, reference: Array) -> float:
    r"""Give sum |u - v| / sum |v|; without the denominator where the reference is zero."""
    scale = float(np.nansum(np.abs(reference)))
    return float(np.nansum(np.abs(values - reference))) / (scale or 1.0)


def max_error(values: Array, reference: Array) -> float:
    """Give max |u - v| [unit of u]."""
    return float(np.nanmax(np.abs(values - reference)))
