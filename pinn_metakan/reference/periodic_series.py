"""Fields that are Fourier series in x and piecewise Chebyshev series in t."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.fft
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float64]

#: Values of one wave at one point that are in memory at once
#: (docs/decisions/0015-bounded-memory.md).
_CHUNK_VALUES = 2_000_000


class PeriodicSeries:
    r"""Fields of period b - a, complex or real, the latter the real parts of such a series.

    .. math:: h(x, t) = \sum_k e^{i k \xi + i \omega_k (t - t_w)} \sum_{j \le n} m_{jk} T_j(\tau),
        \qquad \xi = 2 \pi \frac{x - a}{b - a}

    where the window of time that t lies in begins at t_w, and tau runs over [-1, 1] in it. Where a
    wave mostly rotates, as the linear part of an equation has it, its other changes are slow.

    Args:
        interval: a and b.
        names: Of the real and the imaginary part of each field; of the real part of a real one.
        edges: Where windows begin and the last one ends, shape (W + 1,).
        waves: The k, shape (K,); 0 ... K - 1, behind them their negatives if a field is complex.
        rotations: omega of each field, shape (f, K).
        modes: Real and imaginary part of m, shape (W, n + 1, f, 2, K).
    """

    def __init__(
        self,
        interval: tuple[float, float],
        names: Sequence[Sequence[str]],
        *,
        edges: Array,
        waves: Array,
        rotations: Array,
        modes: Array,
    ):
        self._interval, self._names = interval, names
        self.arrays = {"edges": edges, "waves": waves, "rotations": rotations, "modes": modes}
        self._edges, self._waves, self._rotations, self._modes = (
            torch.from_numpy(np.ascontiguousarray(array)) for array in self.arrays.values()
        )

    def __call__(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the fields at points (N, 2), columns x and t: (N,) for each name."""
        values = None if points.requires_grad else self._on_lines(points)
        if values is None:
            chunks = points.split(max(1, _CHUNK_VALUES // len(self._waves)))
            parts = [
                _summed("nfk,nk->nf", self._rotated(part[:, 1]), self._circles(part[:, 0]))
                for part in chunks
            ]
            values = torch.cat(parts, dim=1)
        return {
            name: part
            for k, names in enumerate(self._names)
            for name, part in zip(names, values[:, :, k], strict=False)
        }

    def amplitudes(self, times: Array) -> dict[str, Array]:
        """Of the cosines and sines in each real field at times (T,), by name: (T, 2, waves)."""
        real, imaginary = (part.numpy() for part in self._rotated(torch.from_numpy(times)))
        count = int(self._waves.max()) + 1
        found = {}
        for k, names in enumerate(self._names):
            modes = (real + 1j * imaginary)[:, k]  # (T, K)
            mirrored = modes[:, -np.arange(count)].conj()
            modes = modes[:, :count]
            parts = (modes + mirrored, -1j * (modes - mirrored)) if len(names) > 1 else (modes,)
            for name, part in zip(names, parts, strict=True):
                found[name] = np.stack([part.real, -part.imag], axis=1)
                if len(names) > 1:
                    found[name][:, :, 0] /= 2
        return found

    def tails(self) -> dict[str, float]:
        """How large the last two terms in time are, relative to all, by name."""
        sizes = self._modes.square().sum(dim=(0, 3, 4))  # (n + 1, f)
        parts = (sizes[-2:].sum(dim=0) / sizes.sum(dim=0).clamp(min=1e-300)).sqrt().tolist()
        return {
            name: part if math.isfinite(part) else math.inf
            for part, names in zip(parts, self._names, strict=True)
            for name in names
        }

    def trimmed(self, part: float) -> "PeriodicSeries":
        """Leave out the shortest waves if none is larger than this part of the largest."""
        sizes = self._modes.abs().amax(dim=(0, 1, 2, 3))  # (K,)
        longest = self._waves.abs()[sizes > part * sizes.max()].max()
        kept = (self._waves.abs() <= longest).numpy()
        arrays = {n: a if n == "edges" else a[..., kept] for n, a in self.arrays.items()}
        return PeriodicSeries(self._interval, self._names, **arrays)

    def _on_lines(self, points: Tensor) -> Tensor | None:
        """Values (2, N, f) at points that make up much of a product grid; None at others."""
        x, columns = points[:, 0].unique(return_inverse=True)
        t, rows = points[:, 1].unique(return_inverse=True)
        if len(x) * len(t) > 2 * len(points):
            return None
        found = points.new_empty(2, len(points), len(self._names))
        rotated = self._rotated(t)
        at_once = max(1, _CHUNK_VALUES // max(len(self._waves), len(t)))
        for begin in range(0, len(x), at_once):
            circles = self._circles(x[begin : begin + at_once])
            table = _summed("tfk,xk->txf", rotated, circles)
            inside = ((columns >= begin) & (columns < begin + at_once)).nonzero().squeeze(1)
            found[:, inside] = table[:, rows[inside], columns[inside] - begin]
        return found

    def _rotated(self, t: Tensor) -> Tensor:
        """Real and imaginary parts of all waves at times (N,): (2, N, f, K)."""
        windows = torch.bucketize(t.detach().contiguous(), self._edges[1:-1].to(t), right=True)
        edges, modes = self._edges.to(t), self._modes.to(t).flatten(2)
        begin, end = edges[windows], edges[windows + 1]
        polynomials = _chebyshev((2 * t - begin - end) / (end - begin), modes.shape[1])
        found, rows_of = [modes.new_zeros(0, modes.shape[2])], [windows.new_zeros(0)]
        for window in windows.unique().tolist():
            rows = (windows == window).nonzero().squeeze(1)
            found.append(polynomials[rows] @ modes[window])
            rows_of.append(rows)
        order = torch.argsort(torch.cat(rows_of))
        real, imaginary = torch.cat(found)[order].view(len(t), *self._modes.shape[2:]).unbind(2)
        if not self._rotations.any():
            return torch.stack([real, imaginary])
        angles = (t - begin)[:, None, None] * self._rotations.to(t)
        c, s = angles.cos(), angles.sin()
        return torch.stack([c * real - s * imaginary, s * real + c * imaginary])

    def _circles(self, x: Tensor) -> Tensor:
        """Cosines and sines of all waves at places (N,): (2, N, K)."""
        low, high = self._interval
        phase = (2 * math.pi / (high - low)) * (x - low)
        angles = phase[:, None] * self._waves.to(x)
        return torch.stack([angles.cos(), angles.sin()])


def _summed(how: str, rotated: Tensor, circles: Tensor) -> Tensor:
    """Sums over waves of products of complex numbers, each given as its two parts."""
    (real, imaginary), (c, s) = rotated, circles
    return torch.stack(
        [
            torch.einsum(how, real, c) - torch.einsum(how, imaginary, s),
            torch.einsum(how, real, s) + torch.einsum(how, imaginary, c),
        ]
    )


def chebyshev_nodes(begin: float, end: float, degree: int) -> Array:
    """The degree + 1 extreme points of a Chebyshev polynomial on an interval, increasing."""
    nodes = np.cos(math.pi * np.arange(degree, -1, -1) / degree)
    found: Array = begin + (end - begin) * (nodes + 1) / 2
    found[0], found[-1] = begin, end
    return found


def chebyshev_coefficients(values: NDArray[Any]) -> NDArray[Any]:
    """Coefficients of T_0 ... T_n in a function on [-1, 1] with given values.

    Args:
        values: At `chebyshev_nodes`, shape (n + 1, ...).

    Returns:
        The same shape.

    >>> chebyshev_coefficients(chebyshev_nodes(-1.0, 1.0, 4) ** 2).round(12) + 0.0
    array([0.5, 0. , 0.5, 0. , 0. ])
    """
    degree = len(values) - 1
    found: NDArray[Any] = scipy.fft.dct(values[::-1], type=1, axis=0) / degree
    found[[0, -1]] /= 2
    return found


def _chebyshev(s: Tensor, count: int) -> Tensor:
    """T_0 ... T_(count - 1) at s (N,): (N, count), by the recurrence, smooth at the ends."""
    found = [torch.ones_like(s), s]
    while len(found) < count:
        found.append(2 * s * found[-1] - found[-2])
    return torch.stack(found, dim=1)
