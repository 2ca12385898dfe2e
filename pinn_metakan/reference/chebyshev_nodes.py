"""Chebyshev-Gauss-Lobatto nodes: coefficients of interpolants, matrices that differentiate.

Source: Trefethen, Spectral Methods in MATLAB, SIAM 2000, chapter 6; Berrut, Trefethen, SIAM Rev. 46
(2004) 501-517.
"""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Array = NDArray[np.float64]


def lobatto_nodes(count: int) -> Array:
    """Nodes cos(pi j / (count - 1)) in rising order, from -1 to 1, (count,)."""
    return np.sin(np.pi * np.arange(1 - count, count, 2) / (2 * (count - 1)))


def series_coefficients(values: Array, axis: int = 0) -> Array:
    """Chebyshev coefficients of the polynomial that takes values at `lobatto_nodes`.

    Args:
        values: Values along an axis in the order of the nodes.
        axis: That axis.

    Returns:
        Coefficients along it, of degree 0 first; the shape is that of the values.
    """
    last = values.shape[axis] - 1
    found: Array = scipy.fft.dct(np.flip(values, axis), type=1, axis=axis) / last
    ends = np.ones(last + 1)
    ends[[0, -1]] = 0.5
    return found * np.expand_dims(ends, [a for a in range(values.ndim) if a != axis % values.ndim])


def differentiation_matrix(nodes: Array) -> Array:
    """Matrix that takes values at Lobatto nodes to slopes of their polynomial there.

    The diagonal is the negative sum of the row, which makes slopes of constants zero.

    Args:
        nodes: Lobatto nodes of any interval, (n,).

    Returns:
        Shape (n, n).
    """
    weights = (-1.0) ** np.arange(len(nodes))
    weights[[0, -1]] /= 2
    gaps = nodes[:, None] - nodes + np.eye(len(nodes))
    matrix: Array = weights / weights[:, None] / gaps
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return matrix


def integration_matrix(count: int) -> Array:
    """Matrix that takes values at Lobatto nodes to integrals from -1 to each node, (n, n)."""
    coefficients = series_coefficients(np.eye(count))
    integrals = np.polynomial.chebyshev.chebint(coefficients, lbnd=-1)
    found: Array = np.polynomial.chebyshev.chebvander(lobatto_nodes(count), count) @ integrals
    return found
