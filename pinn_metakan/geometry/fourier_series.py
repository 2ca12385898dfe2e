r"""Fourier series on a period, found by interpolation of a smooth periodic function.

.. math:: f(x) = \sum_{k=0}^{K} a_k \cos k \omega (x - a) + b_k \sin k \omega (x - a),
    \qquad \omega = \frac{2 \pi}{b - a}.

Its derivatives lose fewer digits than those of a polynomial: K^4 of them at the fourth, not K^8.

Source: Trefethen, Spectral Methods in MATLAB, SIAM 2000, chapter 3.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

# All: docs/decisions/0023-slabs.md.
#: Nodes that are tried first, and the most.
_FIRST, _MOST = 32, 8192
#: A series is resolved where its last coefficients are below this part of the largest; below the
#: other, coefficients are rounding and are left out.
_RESOLVED, _ROUNDING = 1e-12, 1e-15


class FourierSeries:
    """A series for c functions at once.

    Args:
        bounds: Begin and end of the period.
        cosines: a_0 ... a_K, shape (K + 1, c).
        sines: b_0 ... b_K, likewise; b_0 is 0.
    """

    def __init__(self, bounds: tuple[float, float], cosines: Tensor, sines: Tensor):
        self._bounds = bounds
        self.cosines, self.sines = cosines, sines

    def __call__(self, points: Tensor) -> Tensor:
        """Evaluate the series, which can be differentiated: (N, 1) -> (N, c)."""
        low, high = self._bounds
        waves = torch.arange(len(self.cosines), dtype=points.dtype, device=points.device)
        angles = 2 * math.pi / (high - low) * (points - low) * waves  # (N, K + 1)
        return angles.cos() @ self.cosines.to(points) + angles.sin() @ self.sines.to(points)


def fit_fourier_series(
    function: Callable[[Tensor], Tensor], bounds: tuple[float, float]
) -> FourierSeries | None:
    """Interpolate a periodic function at even nodes, as many as it needs.

    Args:
        function: Takes points (N, 1), gives values (N, c), float64.
        bounds: Begin and end of the period.

    Returns:
        The series, None if it is not resolved by the most nodes.
    """
    low, high = bounds
    n = _FIRST
    while n <= _MOST:
        nodes = low + (high - low) * torch.arange(n, dtype=torch.float64) / n
        values = function(nodes[:, None]).detach().cpu().double().numpy()
        waves = np.fft.rfft(values, axis=0)[: n // 2] * (2 / n)  # (n / 2, c)
        waves[0] /= 2
        size = np.abs(waves).max(axis=0).clip(min=math.ulp(0.0))
        relative = (np.abs(waves) / size).max(axis=1)
        if relative[-(n // 8) :].max() < _RESOLVED:
            kept = 1 + int(np.flatnonzero(relative > _ROUNDING).max(initial=0))
            found = waves[:kept]
            return FourierSeries(
                bounds, torch.from_numpy(found.real.copy()), torch.from_numpy(-found.imag)
            )
        n *= 2
    return None
