"""Unknown numbers from noisy data, beside SciPy's least squares through an accurate solver."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import least_squares

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.measure.machine import one_thread
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem
from pinn_metakan.reference.cole_hopf import cole_hopf
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.layers import Layer

Array = NDArray[np.float64]
#: Takes points (M, 2) and the numbers, gives u, (M,).
Forward = Callable[[Array, Array], Array]


def _heat(points: Array, numbers: Array) -> Array:
    """The series of `inverse_heat`, with any D."""
    x, t = points.T
    rate = numbers[0] * math.pi**2
    slow = np.exp(-rate * t) * np.sin(math.pi * x)
    return np.asarray(slow + np.exp(-9 * rate * t) * np.sin(3 * math.pi * x) / 2)


def _burgers(points: Array, numbers: Array) -> Array:
    """The solution of `inverse_burgers`: in the time a t the viscosity is nu / a."""
    a, nu = numbers
    scaled = torch.from_numpy(points * np.array([1.0, a]))
    return cole_hopf(scaled, float(nu / a)).numpy()


@dataclass(frozen=True)
class _Case:
    """A problem.

    Args:
        names: Its unknown numbers.
        forward: Its accurate solution for any numbers.
    """

    names: tuple[str, ...]
    forward: Forward


#: Standard deviations that an interval of 95 % reaches to both sides.
_QUANTILE = 1.959964

CASES = {
    "inverse_heat": _Case(("D",), _heat),
    "inverse_burgers": _Case(("a", "nu"), _burgers),
}


def inverse_lines(
    out: Path,
    problems: Sequence[str],
    network: str,
    repetitions: int,
    layers: Sequence[Layer],
    progress: Progress,
) -> Iterator[str]:
    """Find unknown numbers by a network and by SciPy, from the same data.

    Args:
        out: Keeps each run in ``inverse.jsonl``; what is there is not made again.
        problems: Keys of `CASES`; all if empty.
        network: Name of the network.
        repetitions: Data with other noise, at other places, each of which is fitted from the first
            fit; 0 for the first fit alone.
        layers: Settings that all runs have beside their defaults.
        progress: Told each run.

    Yields:
        Rows of a table in Markdown: estimates and standard errors of both, their distance in
        standard errors, and how often the interval holds the true value.

    Raises:
        SettingsError: If a name is not known.
        UserError: If the results cannot be written.
    """
    refuse_unknown("no problem {} in this table", problems, CASES)
    results = KeptResults(out / "inverse.jsonl")
    heads = (
        "problem", "number", "true", "network", "SciPy", "apart [standard errors]",
        "standard error over SciPy's", "CPU [s]", "SciPy's CPU [s]", "true value in the interval",
        "apart at most", "CPU of a repetition [s]", "at most [s]", "true value in SciPy's interval",
    )  # fmt: skip
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for name in problems or CASES:
        first: list[Solution] = []
        rows = []
        for seed in range(repetitions + 1):
            progress(f"{name}, data {seed}")
            key = [name, network, seed, repr(layers)]
            make = partial(_fitted, name, network, seed, layers, first)
            rows.append(results.of(key, make))
        yield from _rows(name, rows)


def _fitted(
    name: str, network: str, seed: int, layers: Sequence[Layer], first: list[Solution]
) -> dict[str, Any]:
    """Fit data of a seed by both, beginning with the first fit where there is one."""
    with one_thread():
        if seed and not first:  # the first fit was kept, but not its network
            first.append(solve(load_problem(name), network, settings=layers))
        problem = load_problem(name, (), {"seed": seed})
        begin = time.process_time()
        solution = solve(problem, network, settings=layers, start=first[0] if first else None)
        seconds = time.process_time() - begin
        if not first:
            first.append(solution)
        begin = time.process_time()
        values, errors = _by_scipy(problem, CASES[name])
        scipy_seconds = time.process_time() - begin
    found = solution.estimates
    return {
        "ours": {n: [e.value, e.standard_error, e.low, e.high] for n, e in found.items()},
        "true": {n: e.true for n, e in found.items()},
        "scipy": dict(zip(CASES[name].names, zip(values, errors, strict=True), strict=True)),
        "seconds": seconds,
        "scipy_seconds": scipy_seconds,
    }


def _by_scipy(problem: Problem, case: _Case) -> tuple[list[float], list[float]]:
    """Estimates and standard errors of SciPy, from the logarithms of the first values."""
    data = cast(Observed, problem.conditions["data"])
    points, values = data.place.points.numpy(), data.values["u"].numpy()
    sigma = data.noise_levels()["u"].sigma
    start = np.log([vars(problem)[name].start for name in case.names])

    def deviations(logarithms: Array) -> Array:
        return (case.forward(points, np.exp(logarithms)) - values) / sigma

    fit = least_squares(deviations, start, xtol=1e-14, ftol=1e-14, gtol=1e-14, jac="3-point")
    jacobian = np.asarray(fit.jac, dtype=np.float64)
    covariance = np.linalg.inv(jacobian.T @ jacobian)
    found = np.exp(fit.x)
    return found.tolist(), (found * np.sqrt(np.diag(covariance))).tolist()


def _holds(estimate: Sequence[float], true: float) -> bool:
    """Whether SciPy's interval of 95 % holds a number; that of its logarithm, as ours is."""
    value, error = estimate
    return abs(math.log(true / value)) <= _QUANTILE * error / value


def _rows(name: str, results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    first, others = results[0], results[1:]
    for number, true in first["true"].items():
        value, error, *_ = first["ours"][number]
        expected, expected_error = first["scipy"][number]
        inside = sum(r["ours"][number][2] <= true <= r["ours"][number][3] for r in others)
        apart = [
            abs(r["ours"][number][0] - r["scipy"][number][0]) / r["scipy"][number][1]
            for r in others
        ]
        cells = [
            name, number, f"{true:.6g}", f"{value:.7g} +- {error:.3g}",
            f"{expected:.7g} +- {expected_error:.3g}",
            f"{abs(value - expected) / expected_error:.3f}", f"{error / expected_error:.4f}",
            f"{first['seconds']:.0f}", f"{first['scipy_seconds']:.2f}",
            f"{inside} of {len(others)}" if others else "-",
            f"{max(apart):.3f}" if others else "-",
            f"{np.mean([r['seconds'] for r in others]):.1f}" if others else "-",
            f"{max(r['seconds'] for r in others):.1f}" if others else "-",
            f"{sum(_holds(r['scipy'][number], true) for r in others)} of {len(others)}"
            if others
            else "-",
        ]  # fmt: skip
        yield f"| {' | '.join(cells)} |"
