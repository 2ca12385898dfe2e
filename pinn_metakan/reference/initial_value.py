"""Ordinary differential equations from given values, solved to about rounding."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
import torch
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.reference.cache import cached, fingerprint
from pinn_metakan.reference.chebyshev_nodes import (
    integration_matrix,
    lobatto_nodes,
    series_coefficients,
)
from pinn_metakan.reference.reference import Reference

Array = NDArray[np.float64]
Slopes = Callable[..., Sequence[Tensor]]

# All: docs/decisions/0039-steady-references.md.
#: Relative tolerance of the steps, and the absolute one, relative to the values at the start.
_STEP_TOLERANCE, _STEP_FLOOR = 1e-13, 1e-15
#: Newton steps on a piece end at this change, relative to the largest value, or at this many.
_NEWTON_TOLERANCE, _NEWTON_STEPS = 1e-15, 8
#: States near the start by which slopes are told apart in the cache, and how near they are.
_SAMPLES, _SPREAD = 16, 0.3


class InitialValue(Reference):
    r"""The solution of :math:`y' = f(t, y)` from given values, as a series on each piece of time.

    .. math:: y(t) = y(t_i) + \int_{t_i}^t f(s, y(s)) \, ds

    SciPy's Runge-Kutta steps of order 8 (or Radau's, for stiff equations) at a tolerance of 1e-13
    say how long the pieces are; on each, Newton's method finds the polynomial that satisfies the
    equation at Lobatto nodes, from the end of the last piece. The two solutions differ by what is
    told as the error.

    Args:
        slopes: Takes the time and the unknowns in their order, tensors (k,), and returns as many
            slopes, in functions of torch.
        start: Values at the first time, by name of the unknown.
        times: First and last time.
        is_stiff: Whether to step by an implicit method.
        nodes: Lobatto nodes of a piece.

    Raises:
        ValueError: If the last time is not after the first; when first called, if the solution
            does not go on to the last time or `slopes` returns another number of slopes.

    Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, Springer 1993.
    """

    def __init__(
        self,
        slopes: Slopes,
        start: Mapping[str, float],
        times: tuple[float, float],
        is_stiff: bool = False,
        nodes: int = 16,
    ):
        if not times[0] < times[1]:
            raise ValueError(f"InitialValue: the last time must be after the first, got {times}")
        self._slopes, self._start, self._times = slopes, dict(start), times
        self._is_stiff, self._nodes = is_stiff, nodes

    def __call__(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution, which can be differentiated: (N, 1) -> (N,) per unknown."""
        solved = self._solved
        edges = torch.from_numpy(solved["edges"])
        time = points[:, 0]
        piece = torch.searchsorted(edges, time.detach().cpu()).clamp(1, len(edges) - 1) - 1
        low, high = edges[piece].to(points), edges[piece + 1].to(points)
        place = (2 * time - low - high) / (high - low)
        coefficients = torch.from_numpy(solved["coefficients"])[piece].to(points)  # (N, n + 1, c)
        values = _clenshaw(coefficients, place)  # (N, c)
        return dict(zip(self._start, values.unbind(1), strict=True))

    @property
    def error(self) -> dict[str, float]:
        """Relative difference of two methods for each unknown."""
        return dict(zip(self._start, self._solved["error"].tolist(), strict=True))

    @cached_property
    def _solved(self) -> dict[str, Array]:
        generator = np.random.default_rng(0)
        start = np.array(list(self._start.values()))
        size = np.where(start == 0, np.abs(start).max() or 1.0, np.abs(start))
        states = start + _SPREAD * size * generator.standard_normal((_SAMPLES, len(start)))
        times = generator.uniform(*self._times, _SAMPLES)
        key = fingerprint(
            "initial value 1", *self._times, start, float(self._is_stiff), float(self._nodes),
            self._evaluated(times, states),
        )  # fmt: skip
        return cached(key, self._computed)

    def _computed(self) -> dict[str, Array]:
        from scipy.integrate import solve_ivp

        start = np.array(list(self._start.values()))
        size = np.where(start == 0, np.abs(start).max() or 1.0, np.abs(start))
        steps = solve_ivp(
            lambda t, y: self._evaluated(np.array([t]), y[None])[0],
            self._times, start, "Radau" if self._is_stiff else "DOP853", dense_output=True,
            rtol=_STEP_TOLERANCE, atol=_STEP_FLOOR * size,
        )  # fmt: skip
        if not steps.success or steps.sol is None:
            raise ValueError(
                f"InitialValue: the solution ends at t = {steps.t[-1]:g}, before "
                f"{self._times[1]:g} ({steps.message}); take an earlier last time"
            )
        value, series, ends = start, [], [start]
        for low, high in zip(steps.t[:-1], steps.t[1:], strict=True):
            times = (low + high) / 2 + (high - low) / 2 * lobatto_nodes(self._nodes)
            values, slopes = self._on_piece(value, times, steps.sol(times).T)
            half = (high - low) / 2
            series.append(chebyshev.chebint(half * series_coefficients(slopes), lbnd=-1))
            series[-1][0] += value
            value = values[-1]
            ends.append(value)
        difference = np.linalg.norm(np.array(ends) - steps.y.T, axis=0)
        whole = np.linalg.norm(steps.y.T, axis=0)
        error = difference / np.where(whole > 0, whole, 1.0)  # of what stays 0: absolute
        return {"edges": steps.t, "coefficients": np.array(series), "error": error}

    def _on_piece(self, first: Array, times: Array, guess: Array) -> tuple[Array, Array]:
        """Values and slopes at the nodes of a piece, (n, c) each, by Newton's method."""
        n, c = guess.shape
        weights = (times[-1] - times[0]) / 2 * integration_matrix(n)
        values = guess
        for _ in range(_NEWTON_STEPS):
            slopes, jacobian = self._linearized(times, values)  # (n, c), (n, c, c)
            gap = first + weights @ slopes - values
            matrix = np.eye(n * c) - np.einsum("ij,jab->iajb", weights, jacobian).reshape(n * c, -1)
            step = np.linalg.solve(matrix, gap.ravel()).reshape(n, c)
            values = values + step
            if np.all(np.abs(step) <= _NEWTON_TOLERANCE * np.abs(values).max(axis=0)):
                break
        return values, self._evaluated(times, values)

    def _evaluated(self, times: Array, states: Array) -> Array:
        with torch.no_grad():
            return self._asked(torch.from_numpy(times), torch.from_numpy(states)).numpy()

    def _linearized(self, times: Array, states: Array) -> tuple[Array, Array]:
        at = torch.from_numpy(states).requires_grad_()
        slopes = self._asked(torch.from_numpy(times), at)
        rows = []
        for column in slopes.unbind(1):
            if not column.requires_grad:
                rows.append(torch.zeros_like(at))
                continue
            (row,) = torch.autograd.grad(column.sum(), at, retain_graph=True, allow_unused=True)
            rows.append(torch.zeros_like(at) if row is None else row)
        return slopes.detach().numpy(), torch.stack(rows, dim=1).numpy()

    def _asked(self, times: Tensor, states: Tensor) -> Tensor:
        found = self._slopes(times, *states.unbind(1))
        if len(found) != states.shape[1]:
            raise ValueError(
                f"InitialValue: slopes must return {states.shape[1]} slopes, one per unknown "
                f"({', '.join(self._start)}), got {len(found)}"
            )
        return torch.stack([torch.as_tensor(f).expand_as(times) for f in found], dim=1)


def _clenshaw(coefficients: Tensor, place: Tensor) -> Tensor:
    """Sum Chebyshev series of their own at points of [-1, 1]: (N, n, c), (N,) -> (N, c)."""
    x = place[:, None]
    later, last = torch.zeros_like(coefficients[:, 0]), torch.zeros_like(coefficients[:, 0])
    for degree in range(coefficients.shape[1] - 1, 0, -1):
        last, later = coefficients[:, degree] + 2 * x * last - later, last
    return coefficients[:, 0] + x * last - later
