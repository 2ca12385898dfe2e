r"""Chebyshev series on a box, found by interpolation of a smooth function.

.. math:: f(x) = \sum_{k_1 \dots k_s} c_{k_1 \dots k_s} T_{k_1}(\xi_1) \cdots T_{k_s}(\xi_s),
    \qquad \xi_j \in [-1, 1].

Source: Trefethen, Approximation Theory and Approximation Practice, SIAM 2013, chapters 3 and 4.
"""

import math
from collections.abc import Callable, Sequence

import scipy.fft
import torch
from torch import Tensor

# All: docs/decisions/0023-slabs.md.
#: Nodes along each axis that are tried first, and how many there are in all at most.
_FIRST, _MOST = 16, 20_000
#: A series is resolved where its last coefficients are below this part of the largest; below the
#: other, coefficients are rounding and are left out.
_RESOLVED, _ROUNDING = 1e-12, 1e-15


class ChebyshevSeries:
    """A series for c functions at once.

    Args:
        bounds: Lowest and highest of each of the s coordinates.
        coefficients: Shape (n_1, ..., n_s, c).
    """

    def __init__(self, bounds: Sequence[tuple[float, float]], coefficients: Tensor):
        self._bounds = bounds
        self.coefficients = coefficients

    def __call__(self, points: Tensor) -> Tensor:
        """Evaluate the series, which can be differentiated: (N, s) -> (N, c)."""
        values = self.coefficients.to(points)
        for axis, column in enumerate(points.unbind(1)):
            low, high = self._bounds[axis]
            basis = _polynomials((2 * column - low - high) / (high - low), values.shape[axis > 0])
            if axis == 0:
                values = torch.tensordot(basis, values, dims=1)  # (N, n_2, ..., c)
            else:
                values = (basis.view(*basis.shape, *[1] * (values.ndim - 2)) * values).sum(dim=1)
        return values


def fit_chebyshev_series(
    function: Callable[[Tensor], Tensor], bounds: Sequence[tuple[float, float]]
) -> ChebyshevSeries | None:
    """Interpolate a function at Chebyshev nodes, as many as it needs.

    Args:
        function: Takes points (N, s), gives values (N, c), float64.
        bounds: Lowest and highest of each coordinate.

    Returns:
        The series, None if it is not resolved by the most nodes.
    """
    n = _FIRST
    while n ** len(bounds) <= _MOST:
        coefficients = _interpolated(function, bounds, n)
        size = coefficients.abs().amax(dim=tuple(range(len(bounds))))  # of each function, (c,)
        relative = (coefficients.abs() / size.clamp(min=math.ulp(0.0))).amax(dim=-1)
        along = [_along(relative, axis) for axis in range(len(bounds))]
        if all(float(part[-(n // 8) :].max()) < _RESOLVED for part in along):
            kept = [slice(0, 1 + int((part > _ROUNDING).nonzero().max())) for part in along]
            return ChebyshevSeries(bounds, coefficients[tuple(kept)].clone())
        n *= 2
    return None


def _interpolated(
    function: Callable[[Tensor], Tensor], bounds: Sequence[tuple[float, float]], n: int
) -> Tensor:
    """Coefficients of the interpolant at n nodes along each axis, (n, ..., n, c)."""
    nodes = torch.cos(math.pi * (torch.arange(n, dtype=torch.float64) + 0.5) / n)
    axes = [(low + high) / 2 + (high - low) / 2 * nodes for low, high in bounds]
    points = torch.cartesian_prod(*axes).view(-1, len(bounds))
    values = function(points).detach().view(*[n] * len(bounds), -1).numpy()
    for axis in range(len(bounds)):
        values = scipy.fft.dct(values, type=2, axis=axis) / n
        values[(slice(None),) * axis + (0,)] /= 2
    return torch.from_numpy(values)


def _along(coefficients: Tensor, axis: int) -> Tensor:
    """The largest of each degree along an axis; 0 for functions that are 0."""
    others = [other for other in range(coefficients.ndim) if other != axis]
    return coefficients.amax(dim=others) if others else coefficients


def _polynomials(x: Tensor, count: int) -> Tensor:
    """T_0 ... T_{count - 1} at numbers in [-1, 1]: (N,) -> (N, count)."""
    found = [torch.ones_like(x), x]
    while len(found) < count:
        found.append(2 * x * found[-1] - found[-2])
    return torch.stack(found[:count], dim=1)
