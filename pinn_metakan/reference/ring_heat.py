"""The heat equation in a ring with cold walls: a series of Bessel functions."""

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.geometry.chebyshev_series import ChebyshevSeries
from pinn_metakan.reference.chebyshev_nodes import lobatto_nodes, series_coefficients
from pinn_metakan.reference.reference import Reference

Array = NDArray[np.float64]

# All: docs/decisions/0039-steady-references.md.
#: Nodes of a mode's interpolant: for the first one, and per further mode.
_NODES, _NODES_PER_MODE = 48, 5


def ring_wave_numbers(inner: float, outer: float, count: int, waves: int = 0) -> Array:
    r"""Compute the smallest l with :math:`J_m(l a) Y_m(l b) = J_m(l b) Y_m(l a)`.

    Args:
        inner: a, radius of the inner wall [unit of length].
        outer: b, of the outer one.
        count: How many.
        waves: m [-], waves around the ring.

    Returns:
        Wave numbers l in rising order, (count,) [1/unit of length].

    Raises:
        ValueError: If the radii are not 0 < a < b, or there is no wave number to find.
    """
    from scipy.optimize import brentq
    from scipy.special import jv, yv

    if not 0 < inner < outer:
        raise ValueError(f"a ring needs radii 0 < inner < outer, got {inner} and {outer}")
    if count < 1 or waves < 0:
        raise ValueError(f"a ring needs at least one mode and no negative waves, got {count} modes "
                         f"with {waves} waves")  # fmt: skip

    def cross(wave_number: float) -> float:
        a, b = wave_number * inner, wave_number * outer
        found = jv(waves, a) * yv(waves, b) - jv(waves, b) * yv(waves, a)
        return float(found / math.hypot(jv(waves, a), yv(waves, a)))  # Y of many waves is large

    step = math.pi / (outer - inner) / 40  # roots lie about 40 steps apart
    lowest = max(waves / outer, step)  # below it nothing oscillates
    edges = lowest + step * np.arange(40 * (count + 2) + math.ceil(waves / inner / step))
    signs = np.sign([cross(float(edge)) for edge in edges])
    (changes,) = np.nonzero(signs[:-1] * signs[1:] < 0)
    pairs = [(float(edges[i]), float(edges[i + 1])) for i in changes[:count]]
    return np.array([brentq(cross, *pair, xtol=1e-15, rtol=1e-15) for pair in pairs])


class RingHeat(Reference):
    r"""Heat in a ring a < r < b that spreads to two walls at temperature 0.

    .. math:: u = \cos(m \theta) \sum_k c_k R_k(r) e^{-D l_k^2 t}, \qquad
        R_k(r) = J_m(l_k r) Y_m(l_k a) - J_m(l_k a) Y_m(l_k r)

    The R_k are orthogonal with the weight r and have length 1. Each is a Chebyshev interpolant,
    so that torch can differentiate it.

    Args:
        inner: a, radius of the inner wall [unit of length].
        outer: b, of the outer one.
        start: u at t = 0 over cos(m theta), a function of the radius (N,), zero on both walls. None
            is the first mode, of largest value 1.
        diffusivity: D [unit of length squared over unit of time].
        waves: m [-], waves around the ring.
        count: Modes of the series.

    Raises:
        ValueError: If the radii are not 0 < a < b, or the diffusivity is not positive.

    Source: Carslaw, Jaeger, Conduction of Heat in Solids, Oxford 1959, sections 7.10 and 14.8.
    """

    def __init__(
        self,
        inner: float,
        outer: float,
        start: Callable[[Tensor], Tensor] | None = None,
        diffusivity: float = 1.0,
        waves: int = 0,
        count: int = 60,
    ):
        if not 0 < inner < outer:
            raise ValueError(f"RingHeat needs radii 0 < inner < outer, got {inner} and {outer}")
        if not diffusivity > 0:
            raise ValueError(f"RingHeat needs a positive diffusivity, got {diffusivity}")
        self.inner, self.outer, self.diffusivity, self.waves = inner, outer, diffusivity, waves
        self._start, self._count = start, 1 if start is None else count

    @cached_property
    def wave_numbers(self) -> Array:
        """The l_k, (K,) [1/unit of length]."""
        return ring_wave_numbers(self.inner, self.outer, self._count, self.waves)

    def modes(self, radius: Tensor) -> Tensor:
        """Evaluate the R_k, which can be differentiated: (N,) -> (N, K)."""
        return self._series(radius[:, None])

    @cached_property
    def coefficients(self) -> Tensor:
        """The c_k, (K,) [unit of u times unit of length]."""
        nodes, weights = self._quadrature
        radius = torch.from_numpy(nodes)
        if self._start is None:
            return 1 / self.modes(radius).abs().amax(dim=0)
        values = self._start(radius).detach()
        return (torch.from_numpy(weights) * radius * values) @ self.modes(radius)

    def __call__(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution: x, y, t (N, 3) -> u (N,); it can be differentiated."""
        x, y, t = points.unbind(1)
        radius = (x.square() + y.square()).sqrt()
        rates = torch.from_numpy(self.diffusivity * self.wave_numbers**2).to(points)
        shares = self.coefficients.to(points) * torch.exp(-rates * t[:, None])
        radial = (self.modes(radius) * shares).sum(dim=1)
        return {"u": torch.cos(self.waves * torch.atan2(y, x)) * radial}

    @cached_property
    def error(self) -> dict[str, float]:
        """What the series leaves of the start over what there is of it, root of squares."""
        nodes, weights = self._quadrature
        radius = torch.from_numpy(nodes)
        found = self.modes(radius) @ self.coefficients
        if self._start is None:
            return {"u": torch.finfo(torch.float64).eps}
        values = self._start(radius).detach()
        measure = torch.from_numpy(weights) * radius
        left, whole = (measure @ v.square() for v in (found - values, values))
        return {"u": float((left / whole).sqrt())}

    @cached_property
    def _quadrature(self) -> tuple[Array, Array]:
        nodes, weights = np.polynomial.legendre.leggauss(8 * (_NODES + self._count))
        half = (self.outer - self.inner) / 2
        return self.inner + half * (nodes + 1), half * weights

    @cached_property
    def _series(self) -> ChebyshevSeries:
        from scipy.special import jv, yv

        half = (self.outer - self.inner) / 2

        def radial(radius: Array) -> Array:
            wave_numbers = self.wave_numbers
            at, wall = radius[:, None] * wave_numbers, self.inner * wave_numbers
            m = self.waves
            # over |J + i Y| at the wall, where Y of many waves is large
            found: Array = jv(m, at) * yv(m, wall) - jv(m, wall) * yv(m, at)
            return found / np.hypot(jv(m, wall), yv(m, wall))

        nodes, weights = self._quadrature
        length = np.sqrt((weights * nodes) @ radial(nodes) ** 2)  # (K,)
        radius = self.inner + half * (lobatto_nodes(_NODES + _NODES_PER_MODE * self._count) + 1)
        found = torch.from_numpy(series_coefficients(radial(radius) / length))
        return ChebyshevSeries([(self.inner, self.outer)], found)
