"""Computed solutions of evolution equations that are periodic in one coordinate of space."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from torch import Tensor

from pinn_metakan.errors import UserError
from pinn_metakan.reference.cache import cached, fingerprint
from pinn_metakan.reference.periodic_series import PeriodicSeries
from pinn_metakan.reference.pseudospectral import (
    Array,
    Linear,
    Nonlinear,
    PeriodicEquation,
    Resolution,
    Start,
)
from pinn_metakan.reference.reference import Reference

_LOG = logging.getLogger(__name__)
#: Changes with whatever changes the numbers, so that no old file is taken.
_VERSION = "periodic evolution 1"
# All: docs/decisions/0037-references.md.
#: What is tried first.
_FIRST = Resolution(nodes=128, windows=4, steps=2)
#: Steps in all, at most.
_MOST_STEPS = 2**17
#: A doubling of the steps of a method of fourth order divides its error by 16: the error that is
#: left is this part of the difference.
_GAIN = 15
#: Steps are quartered where their error is below the first and 16 times too large or more.
_REGULAR, _LARGER_JUMP = 1e-3, 16
#: What has less than this share of the largest error waits.
_SHARE = 0.1
#: Errors above this may stay as they are for a doubling, as nothing is resolved yet.
_ROUGH = 1e-6
#: Waves of this part of the largest are rounding.
_ROUNDING = 1e-16
#: Times that errors are measured at, the first and the last among them.
_TIMES = 129
#: What the name of an array goes on with that is the error of a field.
_ERROR = "error "


class PeriodicEvolution(Reference):
    r"""The solution of u_t = L u + N(u), u(x, 0) = u0(x), periodic in x.

    L has constant coefficients: it is diagonal in Fourier space and solved exactly. N is evaluated
    at nodes and dealiased by the 2/3 rule; steps are of fourth order (ETDRK4). Between, u is a
    Fourier series in x and a piecewise Chebyshev series in t. Nodes, windows of time and steps are
    doubled until what the last doubling of each changed is below the tolerance. The result is kept
    in the user's cache folder.

    Args:
        interval: Where the period begins and ends.
        times: Of the initial data, and the last one.
        initial: u0 of each unknown, a function of a tensor x (N,) or a number.
        linear: L of each unknown as a function of d, what d/dx multiplies a wave by:
            ``{"u": lambda d: viscosity * d**2}``. Unknowns without an entry have none.
        nonlinear: Takes values at the nodes by the names of the unknowns, NumPy arrays, and a
            function that differentiates such values with respect to x; returns N of each unknown
            that has one: ``lambda at, dx: {"u": -dx(at["u"] ** 2) / 2}``.
        complex_unknowns: The names of the real and the imaginary part of each complex unknown;
            others are real.
        tolerance: Relative L2 error to reach [-].
        most_nodes: Nodes at most. Where they do not suffice, as for data with a kink, `error`
            says what was reached.

    Raises:
        UserError: If an interval is empty or names do not agree; when the solution is first asked
            for, if a function does not return what it should, or the solution grows without bound.

    Source: Cox, Matthews, J. Comput. Phys. 176 (2002) 430-455; Kassam, Trefethen, SIAM J. Sci.
    Comput. 26 (2005) 1214-1233; Orszag, J. Atmos. Sci. 28 (1971) 1074 (2/3 rule).
    """

    def __init__(
        self,
        interval: tuple[float, float],
        times: tuple[float, float],
        initial: Mapping[str, Start],
        *,
        linear: Mapping[str, Linear],
        nonlinear: Nonlinear | None = None,
        complex_unknowns: Mapping[str, tuple[str, str]] | None = None,
        tolerance: float = 1e-6,
        most_nodes: int = 4096,
    ):
        for what, (low, high) in (("interval", interval), ("times", times)):
            if not -math.inf < low < high < math.inf:
                raise UserError(f"{what} must be two increasing numbers, got {low} and {high}")
        parts = complex_unknowns or {}
        for what, names in (("linear", linear), ("complex_unknowns", parts)):
            if unknown := set(names) - set(initial):
                raise UserError(
                    f"{what} names {', '.join(sorted(unknown))}, but initial data are given for "
                    f"{', '.join(initial)}"
                )
        self._equation = PeriodicEquation(interval, times, initial, linear, nonlinear, parts)
        self._tolerance, self._most_nodes = tolerance, most_nodes
        self._found: tuple[PeriodicSeries, dict[str, float]] | None = None

    @property
    def error(self) -> dict[str, float]:
        """Estimated relative L2 error of each unknown [-]."""
        return dict(self._solved()[1])

    def __call__(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution at points (N, 2), columns x and t: (N,) for each unknown."""
        return self._solved()[0](points)

    def _solved(self) -> tuple[PeriodicSeries, dict[str, float]]:
        """The solution and its error, computed at most once."""
        if self._found is None:
            equation = self._equation
            numbers = np.array([*equation.interval, *equation.times, self._tolerance])
            told = [*equation.initial, *map(str, equation.complex_unknowns.items())]
            key = fingerprint(_VERSION, *told, numbers, self._most_nodes, dict(equation.samples()))
            arrays = cached(key, self._refined)
            names = [name for name in arrays if name.startswith(_ERROR)]
            errors = {name.removeprefix(_ERROR): float(arrays.pop(name)) for name in names}
            self._found = equation.series(arrays), errors
        return self._found

    def _refined(self) -> dict[str, Array]:
        """Arrays of the series, and ``error <field>``: its error, shape ()."""
        now, earlier = _FIRST, [math.inf] * 3
        while True:
            found = self._equation.solved(now)
            kinds = self._errors(now, found)
            largest = [max(kind.values()) for kind in kinds]
            _LOG.info("%s: errors of nodes, steps and windows %s", now, largest)
            finer = self._finer(now, largest, earlier)
            if finer == now:
                break
            is_finer = (
                finer.nodes > now.nodes,
                finer.all_steps > now.all_steps,
                finer.windows > now.windows,
            )
            earlier = [e if f else math.inf for e, f in zip(largest, is_finer, strict=True)]
            now = finer
        errors = {name: math.hypot(*(kind[name] for kind in kinds)) for name in kinds[0]}
        if not all(map(math.isfinite, errors.values())):
            raise UserError(
                f"no reference found: the solution grows without bound before t = "
                f"{self._equation.times[1]:g}, or {now.nodes} nodes and {now.all_steps} steps are "
                "too few; end earlier, or check the signs of the terms"
            )
        told = {f"{_ERROR}{name}": np.array(error) for name, error in errors.items()}
        return {**found.trimmed(_ROUNDING).arrays, **told}

    def _errors(self, now: Resolution, found: PeriodicSeries) -> list[dict[str, float]]:
        """Estimated errors of each field by nodes, by steps, by windows."""
        times = np.linspace(*self._equation.times, _TIMES)
        slower = replace(now, steps=now.steps // 2)
        fine, fewer_steps, fewer_nodes = (
            series.amplitudes(times)
            for series in (
                found,
                self._equation.solved(slower),
                self._equation.solved(replace(slower, nodes=now.nodes // 2)),
            )
        )
        by_nodes = {name: _distance(fewer_nodes[name], fewer_steps[name]) for name in fine}
        by_steps = {name: _distance(fewer_steps[name], fine[name]) / _GAIN for name in fine}
        return [by_nodes, by_steps, found.tails()]

    def _finer(
        self, now: Resolution, errors: Sequence[float], earlier: Sequence[float]
    ) -> Resolution:
        """Refine what errors ask for; the same resolution if nothing more helps or may be done."""
        goal, largest = self._tolerance / 2, max(errors)
        nodes, steps, windows = (
            largest == math.inf
            or (error > max(goal, _SHARE * largest) and (error > _ROUGH or error < before / 2))
            for error, before in zip(errors, earlier, strict=True)
        )
        found = now
        if nodes and 2 * now.nodes <= self._most_nodes:
            found = replace(found, nodes=2 * now.nodes)
        if windows:
            found = replace(found, windows=2 * now.windows)
        elif steps:
            is_regular = errors[1] < _REGULAR and errors[1] / goal > _LARGER_JUMP
            found = replace(found, steps=(4 if is_regular else 2) * now.steps)
        return found if found.all_steps <= _MOST_STEPS else replace(now, nodes=found.nodes)


def _distance(coarse: Array, fine: Array) -> float:
    """Relative L2 distance of amplitudes (T, 2, K), of which the coarser have fewer waves."""
    apart = fine.copy()
    apart[:, :, : coarse.shape[2]] -= coarse
    size, distance = _norm(fine), _norm(apart)
    return distance / (size if 0 < size < math.inf else 1.0)


def _norm(amplitudes: Array) -> float:
    """Square root of the sum of squares (..., 2, K); a constant counts twice, by Parseval."""
    squares = np.square(amplitudes).sum(axis=tuple(range(amplitudes.ndim - 1)))
    found = float(np.sqrt(squares.sum() + squares[0]))
    return found if math.isfinite(found) else math.inf
