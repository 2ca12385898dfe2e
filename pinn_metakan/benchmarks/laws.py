"""Unknown functions from data, beside SciPy's least squares through an accurate solver."""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.law_models import MODELS, Array, data_of, law_values
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.measure.machine import one_thread
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.derivatives.law import Law
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.layers import Layer

#: Differences that SciPy takes slopes by: the models are right to 1e-8.
_DIFFERENCE = 1e-5
#: What a band of 95 % reaches to both sides [standard errors].
_BAND = 1.959964


def law_lines(
    out: Path,
    problems: Sequence[str],
    network: str,
    noise: float,
    data: int,
    layers: Sequence[Layer],
    progress: Progress,
) -> Iterator[str]:
    """Find unknown functions by a network and by SciPy: the same data, the same coefficients.

    Args:
        out: Keeps each run in ``laws.jsonl``; what is there is not made again.
        problems: Keys of `MODELS`; all if empty.
        network: Name of the network.
        noise: Of the data, as part of the largest value; 0 for none.
        data: How many data are fitted, of seeds 0, 1, ...
        layers: Settings that all runs have beside their defaults.
        progress: Told each run.

    Yields:
        Rows of a table in Markdown: relative L2 errors of both over what the field visits, the
        part of it where bands hold the true function, and CPU seconds.

    Raises:
        SettingsError: If a name is not known.
        UserError: If the results cannot be written.
    """
    refuse_unknown("no problem {} in this table", problems, MODELS)
    results = KeptResults(out / "laws.jsonl")
    heads = (
        "problem", "law", "data", "network's relative L2", "SciPy's", "over SciPy's",
        "network's band holds", "SciPy's", "CPU [s]", "SciPy's CPU [s]", "formula",
    )  # fmt: skip
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for name in problems or MODELS:
        for seed in range(data):
            progress(f"{name}, data {seed}")
            key = [name, network, noise, seed, repr(layers)]
            row = results.of(key, partial(_fitted, name, network, noise, seed, layers))
            ratio = row["error"] / row["scipy_error"]
            cells = [
                name, row["law"], str(seed), f"{row['error']:.2e}", f"{row['scipy_error']:.2e}",
                f"{ratio:.2f}", f"{row['covered']:.0%}", f"{row['scipy_covered']:.0%}",
                f"{row['seconds']:.0f}", f"{row['scipy_seconds']:.1f}", row["formula"],
            ]  # fmt: skip
            yield f"| {' | '.join(cells)} |"


def _fitted(
    name: str, network: str, noise: float, seed: int, layers: Sequence[Layer]
) -> dict[str, Any]:
    with one_thread():
        problem = load_problem(name, (), {"noise": noise, "seed": seed})
        begin = time.process_time()
        solution = solve(problem, network, settings=layers)
        seconds = time.process_time() - begin
        (found,) = solution.functions.values()
        law = formulate(problem).variables.laws[found.name]
        begin = time.process_time()
        values, errors = _by_scipy(problem, law, found.arguments, noise)
        scipy_seconds = time.process_time() - begin
    size = float(np.linalg.norm(found.true))
    return {
        "law": found.call,
        "error": found.relative_l2,
        "scipy_error": float(np.linalg.norm(values - found.true)) / size,
        "covered": found.covered,
        "scipy_covered": float((abs(values - found.true) <= _BAND * errors).mean()),
        "seconds": seconds,
        "scipy_seconds": scipy_seconds,
        "formula": "-" if found.formula is None else found.formula.kind,
    }


def _by_scipy(problem: Problem, law: Law, places: Array, noise: float) -> tuple[Array, Array]:
    """Values and standard errors of SciPy's law at places (M, a), from the first coefficients."""
    _, values, sigma = data_of(problem)
    model = MODELS[problem.origin.name](problem, law)

    def deviations(c: Array) -> Array:
        return (model(c) - values) / sigma

    fit = least_squares(deviations, np.array(law.first), diff_step=[_DIFFERENCE], xtol=1e-12)
    jacobian = np.asarray(fit.jac, dtype=np.float64)
    covariance = np.linalg.pinv(jacobian.T @ jacobian) * (noise > 0)
    arguments = list(places.T)

    def law_at(c: Array) -> Array:
        return law_values(law, c, *arguments)

    steps = _DIFFERENCE * np.eye(len(fit.x))
    slopes = [(law_at(fit.x + h) - law_at(fit.x - h)) / (2 * _DIFFERENCE) for h in steps]
    variances = np.einsum("km,kl,lm->m", slopes, covariance, slopes)
    return law_at(fit.x), np.sqrt(np.maximum(variances, 0.0))
