"""A problem on a part of its time, which begins where the part before has ended."""

import copy
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from pinn_metakan.errors import SettingsError
from pinn_metakan.geometry.chebyshev_series import ChebyshevSeries, fit_chebyshev_series
from pinn_metakan.geometry.fourier_series import FourierSeries, fit_fourier_series
from pinn_metakan.pde.data import Data
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.problem import Problem, has_transform
from pinn_metakan.pde.start import is_at_start


def slab_times(whole: Formulation, count: int) -> list[float]:
    """Cut the time of a problem into slabs of the same length.

    Args:
        whole: The problem.
        count: How many.

    Returns:
        The first time of each, and the last time of all.

    Raises:
        SettingsError: If the problem cannot be solved slab after slab.
    """
    problem, label = whole.problem, f"slabs: {whole.problem.origin.label}"
    if whole.variables.evolution_axis is None:
        raise SettingsError(f"{label} has no time, so that it cannot be cut into slabs; set 1")
    if has_transform(problem):
        raise SettingsError(f"{label} has a transform, which holds for its whole time; set 1")
    if whole.unknowns or whole.functions:
        names = ", ".join([*whole.unknowns, *whole.functions])
        raise SettingsError(f"{label} has unknowns, {names}, that hold for all times; set 1")
    for name in problem.conditions:
        if _holds_for_all_time(whole, name):
            raise SettingsError(f"{label}: condition {name!r} holds for its whole time; set 1")
    if not _prescribed(whole):
        raise SettingsError(f"{label} has no condition at its first time to go on from; set 1")
    first, last = problem.domain.bounds[-1]
    return [first + (last - first) * k / count for k in range(count)] + [last]


def slab_of(
    whole: Formulation, start: float, end: float, before: Callable[[Tensor], Tensor] | None = None
) -> Problem:
    """Make the problem of a slab.

    Args:
        whole: The problem.
        start: First time of the slab.
        end: Last time.
        before: The field of the slab before, (N, d) -> (N, m); None for the first.

    Returns:
        The problem; what is prescribed at its first time are the values, and where the problem has
        them the velocities, that the field before has there.
    """
    slab = copy.copy(whole.problem)
    conditions = dict(whole.problem.conditions)
    if before is not None:
        values = _values_at(whole, start, before)
        conditions = {n: c for n, c in conditions.items() if not is_at_start(whole, n)}
        name = "slab"
        while name in conditions:
            name += "_"
        conditions = {name: Initial(**values), **conditions}
    object.__setattr__(slab, "domain", whole.problem.domain.during(start, end))
    object.__setattr__(slab, "conditions", conditions)
    return slab


def _holds_for_all_time(whole: Formulation, name: str) -> bool:
    """Whether a condition cannot be asked for in each slab by itself."""
    condition = whole.problem.conditions[name]
    if whole.variables.time_axis is None:
        return not is_at_start(whole, name)
    return condition.place.is_last_time or condition.region == "data"


def _prescribed(whole: Formulation) -> dict[str, bool]:
    """The unknowns that have a value at the first time, and whether they have a velocity too."""
    found: dict[str, bool] = {}
    for name, condition in whole.problem.conditions.items():
        if is_at_start(whole, name):
            for offer in condition.hard_data(whole.variables):
                found[offer.unknown] = found.get(offer.unknown, False) or offer.is_velocity
    return found


def _values_at(
    whole: Formulation, time: float, before: Callable[[Tensor], Tensor]
) -> dict[str, Data]:
    """What an `Initial` prescribes to go on from a field."""
    unknowns, name_of_time = whole.variables.unknowns, whole.variables.coordinates[-1]
    columns = {}
    for unknown, has_velocity in _prescribed(whole).items():
        columns[unknown] = unknowns.index(unknown)
        if has_velocity:
            columns[f"{unknown}_{name_of_time}"] = len(unknowns) + unknowns.index(unknown)
    end = partial(_values_and_slopes, before, time)
    if whole.variables.dimension == 1:
        (numbers,) = end(torch.zeros(1, 0, dtype=torch.float64)).detach().tolist()
        return {name: numbers[column] for name, column in columns.items()}
    series = _series(whole, end)
    if series is not None:
        return {name: _column_of(series, column) for name, column in columns.items()}
    # Only a velocity needs derivatives, which torch.export may not follow.
    values = partial(_values, before, time)
    return {
        name: _column_of(values if column < len(unknowns) else end, column)
        for name, column in columns.items()
    }


def _series(
    whole: Formulation, end: Callable[[Tensor], Tensor]
) -> FourierSeries | ChebyshevSeries | None:
    """The series of a field at a time; None if it is not resolved, or there is none."""
    if not whole.domain.is_bounded_by_faces:
        return None
    bounds = whole.domain.bounds[:-1]
    conditions = whole.problem.conditions.values()
    is_periodic = any(each.periodic_axis(whole.variables) == 0 for each in conditions)
    series = fit_fourier_series(end, bounds[0]) if is_periodic and len(bounds) == 1 else None
    return fit_chebyshev_series(end, bounds) if series is None else series


def _values(field: Callable[[Tensor], Tensor], time: float, space: Tensor) -> Tensor:
    """All unknowns at a time: (N, d - 1) -> (N, m)."""
    return field(torch.cat([space, space.new_full((space.shape[0], 1), time)], dim=1))


def _values_and_slopes(field: Callable[[Tensor], Tensor], time: float, space: Tensor) -> Tensor:
    """All unknowns at a time, then their slopes in time: (N, d - 1) -> (N, 2 m)."""
    with torch.enable_grad():
        times = space.new_full((space.shape[0], 1), time).requires_grad_()
        values = field(torch.cat([space, times], dim=1))
        slopes = [
            torch.autograd.grad(column.sum(), times, create_graph=True)[0]
            for column in values.unbind(1)
        ]
    return torch.cat([values, *slopes], dim=1)


def _column_of(function: Callable[[Tensor], Tensor], column: int) -> Callable[..., Tensor]:
    """A column of a function of the place, as one of the coordinates of space."""

    def of_space(*space: Tensor) -> Tensor:
        parts = [part if part.ndim == 2 else part.unsqueeze(1) for part in space]
        return function(torch.cat(parts, dim=1))[:, column]

    return of_space
