"""Fits to data whose noise is drawn again: a check of what the linear analysis says."""

import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from pinn_metakan.errors import UserError
from pinn_metakan.results.ensemble import Ensemble
from pinn_metakan.results.estimates import estimates_of
from pinn_metakan.results.found_functions import functions_of
from pinn_metakan.runs.kept_fits import KeptFits
from pinn_metakan.runs.refit import Refit, begun, predicted, refit, with_observed
from pinn_metakan.runs.solution import Solution
from pinn_metakan.untrusted.checksum import checksum
from pinn_metakan.untrusted.schema import Kind, Listed, Number, Table

#: Told each fit that has been made.
Told = Callable[[str], None]
_NO_MODEL_ERROR = (
    "errors of equations are not drawn again, so that the fits scatter by the noise of data alone"
)


def posterior_ensemble(
    solution: Solution,
    seeds: Sequence[int],
    *,
    kept: str | Path | None = None,
    jobs: int = 1,
    progress: Told | None = None,
) -> Ensemble:
    """Fit data that the solution predicts, plus noise that is drawn again, once for each seed.

    A parametric bootstrap: the noise is normal with the sigma of each value, given or estimated,
    and each fit begins with the network, the numbers and the functions of the solution. The spread
    of the fits is how sure a number is, without a linearization.

    Args:
        solution: Of a problem with unknown numbers or functions and data with noise; from `solve`,
            or from ``open_run(path, evaluate=True)``.
        seeds: Of the noise, one for each fit.
        kept: A file of JSON Lines that keeps each fit; what is there for this solution is not made
            again.
        jobs: Processes that fit at once, one thread each.
        progress: Told each fit.

    Returns:
        The fits: ``scatter(name)`` has standard deviation and quantiles.

    Raises:
        UserError: If there is nothing unsure, seeds are none or there twice, or the file cannot be
            written.
        TrainingError: If a fit fails.
    """
    seeds = tuple(int(seed) for seed in seeds)
    if not seeds or len(set(seeds)) < len(seeds) or min(seeds) < 0:
        raise UserError(f"seeds must be different numbers from 0 on, got {list(seeds)}")
    if jobs < 1:
        raise UserError(f"jobs must be at least 1, got {jobs}")
    first = begun(solution.trained.run)
    if not estimates_of(solution.field.attributes).data:
        raise UserError(
            "this run has no standard errors, so that the noise of its data is not known"
        )
    kind = _kind_of_fit(solution, first)
    fits = KeptFits(None if kept is None else Path(kept), _told_apart(first), kind)
    missing = [seed for seed in seeds if not fits.has(seed)]
    made = len(seeds) - len(missing)
    for seed, fit in _made(solution, first, missing, jobs):
        fits.keep(seed, fit)
        made += 1
        if progress is not None:
            numbers = ", ".join(f"{name} = {value:.6g}" for name, value in fit["numbers"].items())
            progress(f"fit {made} of {len(seeds)}, seed {seed}: {numbers}")
    rows = fits.of(seeds)
    formulation, attributes = first.run.formulation, solution.field.attributes
    return Ensemble(
        seeds,
        {name: np.array([row["numbers"][name] for row in rows]) for name in formulation.unknowns},
        {
            name: np.array([row["functions"][name] for row in rows])
            for name in formulation.functions
        },
        np.array([row["chi_square"] for row in rows]),
        dict(estimates_of(attributes).numbers),
        dict(functions_of(attributes)),
        formulation.problem.origin.name,
        (_NO_MODEL_ERROR,) if formulation.model_errors else (),
    )


def _made(
    solution: Solution, first: Refit, seeds: Sequence[int], jobs: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Make fits, as they come."""
    if jobs == 1 or len(seeds) < 2:
        for seed in seeds:
            yield seed, _fitted(solution, first, seed)
        return
    count, context = min(jobs, len(seeds)), get_context("spawn")
    packed = pickle.dumps(solution)  # what multiprocessing makes of tensors needs open files
    with ProcessPoolExecutor(count, context, _begin_process, (packed,)) as pool:
        begun_fits = {pool.submit(_fitted_there, seed): seed for seed in seeds}
        try:
            for future in as_completed(begun_fits):
                yield begun_fits[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


#: In a process that fits: the solution, and what fits begin with.
_THERE: list[tuple[Solution, Refit]] = []


def _begin_process(packed: bytes) -> None:
    torch.set_num_threads(1)
    solution = pickle.loads(packed)  # of the process that began this one
    _THERE.append((solution, begun(solution.trained.run)))


def _fitted_there(seed: int) -> dict[str, Any]:
    return _fitted(*_THERE[0], seed)


def _fitted(solution: Solution, first: Refit, seed: int) -> dict[str, Any]:
    """Draw noise and fit: numbers, values of functions at their places, chi-square, seconds."""
    began = time.process_time()
    run = first.run
    generator = Generator().manual_seed(seed)
    fits = estimates_of(solution.field.attributes).data
    drawn: dict[str, dict[str, Tensor]] = {}
    for name, values in predicted(run).items():
        condition = run.problem.conditions[name]
        levels, drawn[name] = condition.noise_of_values(), {}
        for key, value in values.items():
            noise = torch.randn(len(value), generator=generator, dtype=torch.float64)
            if key not in levels:  # values without noise stay as they are
                drawn[name][key] = condition.observed()[key]
                continue
            level = levels[key]
            sigma = fits[f"{name}_{key}"].sigma if level is None else level
            drawn[name][key] = value + sigma * noise
    again = refit(first, problem=with_observed(run.problem, drawn))
    functions = {
        name: again.run.ansatz.functions.evaluator(name)(
            *torch.from_numpy(found.arguments).unbind(1)
        ).tolist()
        for name, found in functions_of(solution.field.attributes).items()
    }
    return {
        "numbers": again.numbers,
        "functions": functions,
        "chi_square": again.chi_square,
        "seconds": time.process_time() - began,
    }


def _kind_of_fit(solution: Solution, first: Refit) -> Kind:
    """What is kept of a fit."""
    functions = functions_of(solution.field.attributes)
    counts = {name: len(functions[name].arguments) for name in first.run.formulation.functions}
    return Table(
        {
            "numbers": Table(dict.fromkeys(first.run.formulation.unknowns, Number())),
            "functions": Table({n: Listed(Number(), count) for n, count in counts.items()}),
            "chi_square": Number(),
            "seconds": Number(low=0.0),
        }
    )


def _told_apart(first: Refit) -> str:
    """A hash of all that fits begin with: network, functions and numbers, with their names."""
    start = first.start
    parts = {"parameters": start.parameters}
    parts |= {f"function {name}": found for name, found in start.functions.items()}
    parts |= {
        f"number {name}": torch.tensor(found, dtype=torch.float64)
        for name, found in start.numbers.items()
    }
    return checksum({name: part.detach().double().cpu().numpy() for name, part in parts.items()})
