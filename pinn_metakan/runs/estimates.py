"""The unknown numbers of a run, how sure they are, and how well data are met."""

import math
from dataclasses import replace

import torch
from scipy.special import ndtri, stdtrit
from torch import Generator, Tensor

from pinn_metakan.geometry.grid import Grid
from pinn_metakan.losses.data_weight import noise_levels
from pinn_metakan.losses.posterior import Posterior
from pinn_metakan.losses.posterior_rows import size_of_matrix
from pinn_metakan.pde.unknown import Unknown
from pinn_metakan.results.estimates import DataFit, EquationFit, Estimate, Estimates
from pinn_metakan.results.field import FieldOnGrid
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.fields import CHUNK

# All: docs/decisions/0043-unknown-numbers.md.
#: Numbers in the largest matrix that is factorized for standard errors: a few seconds of work.
_LARGEST = 60_000_000
#: Points of a grid times squared parameters, above which no band is computed: a few seconds.
_LARGEST_BAND = 40_000_000_000
#: A free number, such as the logarithm of a positive one, with a larger standard deviation is not
#: told by the data; a part of a direction below the other counts for nothing in it.
_FLAT, _PART = 1.0, 0.05
#: Stands for infinity in sums of squares.
_INFINITE = 1e100
#: Part of the distribution that an interval holds.
_INSIDE = 0.95


def posterior_of(run: AssembledRun) -> Posterior | None:
    """Linearize a run at its solution.

    Args:
        run: The run, with its best parameters in place.

    Returns:
        The distribution; None for a problem without unknown numbers and noise, without data, or
        where the matrix is too large.
    """
    formulation = run.formulation
    if not _is_asked(run) or size_of_matrix(run.objective, formulation) > _LARGEST:
        return None
    generator = Generator().manual_seed(run.choices.seed)
    return Posterior(run.objective, formulation, generator)


def estimate_notes(run: AssembledRun) -> list[str]:
    """Say that a run is too large for standard errors, where it is."""
    size = size_of_matrix(run.objective, run.formulation) if _is_asked(run) else 0
    if size <= _LARGEST:
        return []
    return [
        f"no standard errors: they need a matrix of {size:.1e} numbers, rows of equations, "
        f"conditions and data times parameters, and {_LARGEST:.0e} is the most; fewer parameters "
        "or values have them"
    ]


def _is_asked(run: AssembledRun) -> bool:
    """Whether there are data, and something unknown or noisy."""
    formulation = run.formulation
    has_data = any(c.region == "data" for c in formulation.problem.conditions.values())
    unknown = formulation.unknowns or formulation.functions or noise_levels(formulation)
    return has_data and bool(unknown)


def estimates_of_run(run: AssembledRun, posterior: Posterior | None) -> Estimates:
    """Find the unknown numbers of a run and how sure they are.

    Args:
        run: The run, with its best parameters in place.
        posterior: What `posterior_of` gave.

    Returns:
        The estimates; without standard errors where there is no distribution.
    """
    unknowns, now = run.formulation.unknowns, run.ansatz.numbers.now()
    if posterior is None:
        return Estimates({n: _unsure(unknown, now[n]) for n, unknown in unknowns.items()})
    freedom = posterior.freedom
    data = {
        term: DataFit(
            len(fit.deviations),
            math.nan if fit.is_estimated else float(fit.relative.square().mean()),
            fit.sigma,
            fit.is_estimated,
            freedom[term],
        )
        for term, fit in posterior.data.items()
    }
    equations = {
        term: EquationFit(equation.size, equation.sigma, equation.cells)
        for term, equation in posterior.inexact.items()
    }
    if not unknowns:
        return Estimates(data=data, equations=equations)
    sizes, directions = posterior.directions()  # (k,), (k, k)
    sizes = sizes.clamp(max=_INFINITE)
    sizes, directions = sizes.cpu(), directions.cpu()
    errors = (directions.T * sizes).norm(dim=1)  # (k,), of free numbers
    if any(fit.is_estimated for fit in data.values()):
        quantile = float(stdtrit(max(sum(freedom.values()), 1.0), 0.5 + _INSIDE / 2))
    else:
        quantile = float(ndtri(0.5 + _INSIDE / 2))
    widths = torch.tensor([_width(u, now[n]) for n, u in unknowns.items()], dtype=torch.float64)
    numbers = {}
    free = [parameter.detach().double().squeeze(0).cpu() for parameter in run.ansatz.numbers.free]
    for number, (name, unknown) in enumerate(unknowns.items()):
        is_told = float(errors[number]) <= float(widths[number])
        error = float(errors[number]) if is_told else math.inf
        numbers[name] = _estimate(unknown, free[number], error, quantile)
    covariance = (directions.T * sizes.square()) @ directions
    names = list(unknowns)
    correlation = {
        first: {
            second: float(covariance[i, j] / (errors[i] * errors[j]))
            for j, second in enumerate(names)
        }
        for i, first in enumerate(names)
    }
    flat = tuple(
        _sentence(names, list(unknowns.values()), direction)
        for direction, size in zip(directions, sizes, strict=True)
        if float((size * direction.abs() / widths).max()) > 1
    )
    return Estimates(numbers, correlation, data, flat, equations)


def with_bands(
    field: FieldOnGrid, grid: Grid, run: AssembledRun, posterior: Posterior | None
) -> FieldOnGrid:
    """Add what the noise of data makes of the solution.

    Args:
        field: Fields on a grid.
        grid: The grid.
        run: The run.
        posterior: What `posterior_of` gave.

    Returns:
        The fields with standard errors; as they are without a distribution, or where that would
        take long.
    """
    count = sum(parameter.numel() for parameter in run.ansatz.parameters())
    if posterior is None or len(grid.points) * count**2 > _LARGEST_BAND:
        return field
    errors = {}
    for number, name in enumerate(run.formulation.variables.unknowns):
        parts = [posterior.field_errors(part, number) for part in grid.points.split(CHUNK)]
        errors[name] = grid.laid_out(torch.cat(parts).cpu())
    return replace(field, standard_errors=errors)


def _estimate(unknown: Unknown, free: Tensor, error: float, quantile: float) -> Estimate:
    """The estimate of a number whose free number, 0-d, has a standard deviation."""
    value = float(unknown.of_free(free))  # may have been rounded onto a bound
    if error == math.inf:
        return _unsure(unknown, value)
    at = torch.stack([free - quantile * error, free + quantile * error])
    low, high = sorted(unknown.of_free(at).tolist())
    slope = float(torch.func.grad(unknown.of_free)(free))
    return Estimate(
        value, abs(slope) * error, low, high, unknown.unit, unknown.start, _true(unknown)
    )


def _width(unknown: Unknown, value: float) -> float:
    """The standard deviation of a free number above which it is not told."""
    if unknown.low is None and unknown.high is None:  # it is in units of the start
        return _FLAT * max(1.0, abs(value) / (abs(unknown.start) or 1.0))
    return _FLAT


def _unsure(unknown: Unknown, value: float) -> Estimate:
    nan = math.nan
    return Estimate(value, nan, nan, nan, unknown.unit, unknown.start, _true(unknown))


def _true(unknown: Unknown) -> float:
    return math.nan if unknown.true is None else unknown.true


def _sentence(names: list[str], unknowns: list[Unknown], direction: Tensor) -> str:
    """Say which combination of numbers data leave open."""
    largest = float(direction.abs().max())
    parts = [
        (name, unknown, float(part))
        for name, unknown, part in zip(names, unknowns, direction, strict=True)
        if abs(float(part)) > _PART * largest
    ]
    if len(parts) == 1:
        return f"the data do not tell {parts[0][0]}: any value fits them as well"
    listed = " and ".join(name for name, _, _ in parts)
    are_logarithms = all(u.low == 0 and u.high is None for _, u, _ in parts)
    if len(parts) == 2 and are_logarithms:  # their sum is that of a product
        (first, _, a), (second, _, b) = parts
        if abs(abs(a) - abs(b)) < _PART * largest:
            told = f"{first} / {second}" if a * b > 0 else f"{first} * {second}"
            return f"the data tell {listed} only as {told}, not each by itself"
    return f"the data do not tell {listed} each by itself: they change together and fit as well"
