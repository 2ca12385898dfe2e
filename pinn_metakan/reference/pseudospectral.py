"""Evolution equations on a periodic interval at a given resolution: Fourier series and ETDRK4."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.fft
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.errors import UserError
from pinn_metakan.reference.exponential_runge_kutta import ExponentialRungeKutta
from pinn_metakan.reference.periodic_series import (
    PeriodicSeries,
    chebyshev_coefficients,
    chebyshev_nodes,
)

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Values = NDArray[Any]  # float64, or complex128 if an unknown is complex
#: Differentiates values at the nodes with respect to x, once.
Derivative = Callable[[Values], Values]
Linear = Callable[[Complex], Complex]
Nonlinear = Callable[[Mapping[str, Values], Derivative], Mapping[str, Values]]
Start = Callable[[Tensor], Tensor] | complex

#: Degree of the Chebyshev series in a window of time (docs/decisions/0037-references.md).
DEGREE = 16
#: Nodes and states that the terms of an equation are sampled with, to tell it from others.
_SAMPLE_NODES, _SAMPLE_SIZES = 64, (0.4, 1.1)


@dataclass(frozen=True)
class Resolution:
    """How finely an evolution is resolved.

    Args:
        nodes: In x. Waves beyond a third of the nodes are left out, so that no product of two
            is mistaken for a longer one.
        windows: Of time, each with a Chebyshev series.
        steps: Between two nodes of such a series.
    """

    nodes: int
    windows: int
    steps: int

    @property
    def all_steps(self) -> int:
        """Number of steps in all."""
        return DEGREE * self.windows * self.steps


@dataclass(frozen=True)
class PeriodicEquation:
    """An equation u_t = L u + N(u) with its initial data, for one or several unknowns.

    Args:
        interval: Where the period begins and ends.
        times: Of the initial data, and the last one.
        initial: Initial data of each unknown.
        linear: L of each unknown that has one, as a function of the factor of d/dx.
        nonlinear: N of each unknown that has one; None for none.
        complex_unknowns: Names of the real and the imaginary part of each complex unknown.
    """

    interval: tuple[float, float]
    times: tuple[float, float]
    initial: Mapping[str, Start]
    linear: Mapping[str, Linear]
    nonlinear: Nonlinear | None
    complex_unknowns: Mapping[str, tuple[str, str]]

    def solved(self, resolution: Resolution) -> PeriodicSeries:
        """Solve at a resolution.

        Args:
            resolution: Numbers of nodes, windows and steps.

        Returns:
            The solution; NaN from the time on when it grew without bound.
        """
        count, windows = resolution.nodes, resolution.windows
        d = self._factors(count)  # (K,)
        symbols = self._symbols(d)

        def nonlinear(spectra: Complex) -> Complex:
            return self._spectra(self._nonlinear_at(self._at_nodes(spectra, count), d))

        solver = ExponentialRungeKutta(symbols, nonlinear)
        times = chebyshev_nodes(0.0, (self.times[1] - self.times[0]) / windows, DEGREE)
        gaps = np.diff(times).tolist() * windows
        start = self._spectra(self._start(count))
        spectra = solver.snapshots(start, gaps, resolution.steps) / count  # (T, f, K)
        if not self.complex_unknowns:
            spectra[..., 1:] *= 2  # for the negative waves
        rows = DEGREE * np.arange(windows) + np.arange(DEGREE + 1)[:, None]
        modes, rotations = _slowest(spectra[rows], times, symbols.imag)  # (n + 1, W, f, K)
        return self.series(
            {
                "edges": np.linspace(*self.times, windows + 1),
                "waves": self._waves(count),
                "rotations": rotations,
                "modes": np.stack([modes.real, modes.imag], axis=-2).swapaxes(0, 1),
            }
        )

    def series(self, arrays: Mapping[str, Array]) -> PeriodicSeries:
        """A solution from its arrays."""
        names = [self.complex_unknowns.get(name, (name,)) for name in self.initial]
        return PeriodicSeries(self.interval, names, **arrays)

    def samples(self) -> dict[str, Array]:
        """Sample all functions of the equation at fixed places, so that it is told from others.

        Returns:
            Real arrays by the name of what was sampled.

        Raises:
            UserError: If a function does not return what it should.
        """
        d = self._factors(_SAMPLE_NODES)
        phases = 2 * math.pi * np.arange(_SAMPLE_NODES) / _SAMPLE_NODES
        found = {"start": self._start(4 * _SAMPLE_NODES), "linear": self._symbols(d)}
        for size in _SAMPLE_SIZES:
            state = np.stack(
                [
                    size * (1 + np.sin(phases + k) + 0.3j * np.cos(2 * phases))
                    for k in range(len(self.initial))
                ]
            )
            told = state if self.complex_unknowns else state.real
            found[f"nonlinear {size}"] = self._nonlinear_at(told, d)
        return {name: np.stack([values.real, values.imag]) for name, values in found.items()}

    # Spectra have one row (K,) for each unknown: of waves 0 ... M/3, as `rfft` has them; if any
    # unknown is complex, of waves -M/3 ... M/3 in the order of `fft`.

    def _waves(self, count: int) -> Array:
        """Numbers of the waves that are kept, shape (K,)."""
        numbers = np.arange(0.0, math.ceil(count / 3))
        return np.concatenate([numbers, -numbers[:0:-1]]) if self.complex_unknowns else numbers

    def _factors(self, count: int) -> Complex:
        """What d/dx multiplies each wave by, shape (K,)."""
        factor = 2 * math.pi / (self.interval[1] - self.interval[0])
        return 1j * (factor * self._waves(count)).astype(np.complex128)

    def _at_nodes(self, spectra: Complex, count: int) -> Values:
        """Values at M nodes, of spectra (..., K)."""
        if not self.complex_unknowns:
            return np.asarray(scipy.fft.irfft(spectra, n=count))
        positive = (spectra.shape[-1] + 1) // 2
        padded = np.zeros((*spectra.shape[:-1], count), dtype=np.complex128)
        padded[..., :positive] = spectra[..., :positive]
        padded[..., count - positive + 1 :] = spectra[..., positive:]
        values: Complex = scipy.fft.ifft(padded)
        return values

    def _spectra(self, values: Values) -> Complex:
        """Spectra (..., K) of values at M nodes."""
        count = math.ceil(values.shape[-1] / 3)
        if not self.complex_unknowns:
            return np.asarray(scipy.fft.rfft(values)[..., :count], dtype=np.complex128)
        spectra = scipy.fft.fft(values)
        found: Complex = np.concatenate([spectra[..., :count], spectra[..., 1 - count :]], axis=-1)
        return found

    def _symbols(self, d: Complex) -> Complex:
        symbols = [self.linear[n](d) if n in self.linear else 0 for n in self.initial]
        return np.stack([np.broadcast_to(symbol, d.shape) for symbol in symbols]).astype(complex)

    def _nonlinear_at(self, values: Values, d: Complex) -> Values:
        """N at the nodes from the unknowns at the nodes, both of shape (u, M)."""
        count = values.shape[-1]
        found = np.zeros_like(values)
        if self.nonlinear is None:
            return found

        def derivative(each: Values) -> Values:
            return self._at_nodes(d * self._spectra(each), count)

        terms = self.nonlinear(dict(zip(self.initial, values, strict=True)), derivative)
        for k, name in enumerate(self.initial):
            found[k] = terms.get(name, 0)
        if unknown := set(terms) - set(self.initial):
            raise UserError(
                f"the nonlinear term names {', '.join(sorted(unknown))}, but initial data are "
                f"given for {', '.join(self.initial)}"
            )
        return found

    def _start(self, count: int) -> Values:
        """Initial data at the nodes, shape (u, M)."""
        x = torch.from_numpy(np.linspace(*self.interval, count, endpoint=False))
        found = np.empty((len(self.initial), count), dtype=np.complex128)
        for k, (name, given) in enumerate(self.initial.items()):
            value = given(x) if callable(given) else given
            found[k] = value.detach().numpy() if isinstance(value, Tensor) else value
            if name not in self.complex_unknowns and np.any(found[k].imag):
                raise UserError(
                    f"initial data of {name} are complex; name its parts: "
                    f'complex_unknowns={{"{name}": ("{name}_real", "{name}_imaginary")}}'
                )
            if not np.isfinite(found[k]).all():
                raise UserError(f"initial data of {name} are not finite everywhere")
        return found if self.complex_unknowns else found.real


def _slowest(spectra: Complex, times: Array, frequencies: Array) -> tuple[Complex, Array]:
    """Chebyshev coefficients of waves, relative to their rotation where that makes them slower.

    Args:
        spectra: At the nodes of each window, shape (n + 1, W, f, K).
        times: The nodes, from the beginning of a window, shape (n + 1,).
        frequencies: Of the rotation, shape (f, K).

    Returns:
        The coefficients, shape (n + 1, W, f, K), and the rotations that they are relative to.
    """
    turns = np.exp(-1j * times[:, None, None, None] * frequencies)
    as_it_is, turned = (chebyshev_coefficients(each) for each in (spectra, spectra * turns))
    tails = [np.square(np.abs(each[-2:])).sum(axis=(0, 1)) for each in (as_it_is, turned)]
    is_slower = tails[1] < tails[0]  # (f, K)
    return np.where(is_slower, turned, as_it_is), np.where(is_slower, frequencies, 0.0)
