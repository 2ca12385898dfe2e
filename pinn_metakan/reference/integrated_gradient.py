"""The polynomial whose gradient is nearest to a given one."""

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

Array = NDArray[np.float64]


def integrated_gradient(slopes_x: Array, slopes_y: Array, halves: tuple[float, float]) -> Array:
    r"""Find the p with the gradient nearest to given slopes, and the mean 0.

    .. math:: \min_p \sum_{ij} |p_x - g_x|^2 + |p_y - g_y|^2

    over Chebyshev-Gauss nodes. In a basis in which the squares of values and of slopes along one
    axis are both diagonal, each coefficient stands alone.

    Args:
        slopes_x: g_x at the nodes of a box in rising order, (r, r).
        slopes_y: g_y there.
        halves: Half the length of the box along x and y [unit of length].

    Returns:
        Chebyshev coefficients of p, (r - 1, r - 1).
    """
    from scipy.linalg import eigh

    count = len(slopes_x)
    nodes = -np.cos(np.pi * (np.arange(count) + 0.5) / count)
    values = chebyshev.chebvander(nodes, count - 2)  # (r, n)
    slopes = chebyshev.chebvander(nodes, count - 3) @ chebyshev.chebder(np.eye(count - 1))
    sizes, basis = eigh(slopes.T @ slopes, values.T @ values)
    values, slopes = values @ basis, slopes @ basis  # orthonormal, and orthogonal
    x, y = halves
    right = slopes.T @ slopes_x @ values / x + values.T @ slopes_y @ slopes / y
    weights = sizes[:, None] / x**2 + sizes / y**2
    weights[0, 0] = np.inf  # a constant, which no slope tells
    found: Array = basis @ (right / weights) @ basis.T
    means = np.zeros(count - 1)
    means[::2] = 1 / (1.0 - np.arange(0, count - 1, 2) ** 2)
    found[0, 0] -= means @ found @ means
    return found
