"""The profile likelihood of a run: fits with one or two unknown numbers held at other values."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pinn_metakan.errors import UserError
from pinn_metakan.results.estimates import Estimates, estimates_of
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.profile import RISE, Profile, ProfiledNumber, closed_curve, crossing
from pinn_metakan.runs.profile_axis import ProfileAxis
from pinn_metakan.runs.refit import Refit, begun, refit
from pinn_metakan.runs.solution import Solution

# All: docs/decisions/0046-how-sure.md.
#: Standard errors between two places on a ray, by the count of numbers.
_SPACING = {1: 0.5, 2: 0.7}
#: Rays about the estimate of two numbers, and most places on a ray.
_RAYS, _MOST = 8, 12
#: A ray ends where chi-square has risen by this part more than the level.
_BEYOND = 1.1
#: Where chi-square has risen by less than this part of what the linear analysis says, places are
#: twice as far apart.
_SLOW = 0.3
#: A fit whose equations are met worse than those of the best fit, by so much of chi-square, is
#: trained on, so many times at most.
_BOUGHT, _AGAIN = 0.05, 2
#: Largest correlation by which places are laid out.
_LARGEST = 0.999

#: Told what is fitted next.
Told = Callable[[str], None]


def profile_likelihood(
    solution: Solution, of: str | Sequence[str], progress: Told | None = None
) -> Profile:
    r"""Hold one unknown number, or two, at values about what was found, and fit all others again.

    .. math:: \Delta\chi^2(p) = \min_w \chi^2(w, p) - \min_{w, p} \chi^2(w, p)

    Each fit begins with that of the place before and takes some steps. Where the rise of chi-square
    is 3.84, the 95 % quantile of one degree of freedom, is an end of the interval of a number. It
    is not symmetric about the estimate, as one of a standard error is, and may have no end.

    Args:
        solution: Of a problem with unknown numbers and data with noise; from `solve`, or from
            ``open_run(path, evaluate=True)``.
        of: Name of a number, or of two.
        progress: Told each fit.

    Returns:
        The profile: ``numbers`` with ``low`` and ``high`` of 95 %, ``places`` and ``rise``.

    Raises:
        UserError: If there is no such number, or nothing that makes it unsure.
        TrainingError: If a fit fails.
    """
    run = solution.trained.run
    first = begun(run)
    names = (of,) if isinstance(of, str) else tuple(of)
    known = run.formulation.unknowns
    if len(names) not in RISE or len(set(names)) < len(names):
        raise UserError(f"a profile is of one unknown number or of two, got {', '.join(names)}")
    for name in names:
        if name not in known:
            there = ", ".join(known) or "none"
            raise UserError(f"no unknown number {name!r} to profile; there are {there}")
    tell = progress or (lambda text: None)
    tell("the fit of all numbers")
    best = refit(first)
    estimates = estimates_of(solution.field.attributes)
    errors = [estimates.numbers[name].standard_error for name in names]
    axes = [
        ProfileAxis(known[name], best.numbers[name], error)
        for name, error in zip(names, errors, strict=True)
    ]
    shape, correlation = _shape(estimates, names, axes)
    directions = _directions(len(names))
    places = [np.array([axis.value for axis in axes])]
    chi_squares, rays = [best.chi_square], [-1]
    radii: list[list[float]] = []  # by ray
    for ray, direction in enumerate(directions):
        radii.append([])
        for radius, place, found in _along(best, names, axes, shape @ direction, tell):
            places.append(place)
            chi_squares.append(found)
            rays.append(ray)
            radii[-1].append(radius)
    rise = np.array(chi_squares) - min(chi_squares)
    by_ray = [rise[np.array(rays) == ray].tolist() for ray in range(len(directions))]
    ends, region = _ends(radii, by_ray, directions, shape, axes)
    numbers = [
        ProfiledNumber(
            name, axis.unknown.unit, axis.value, axis.standard_error, *end,
            math.nan if axis.unknown.true is None else axis.unknown.true,
        )
        for name, axis, end in zip(names, axes, ends, strict=True)
    ]  # fmt: skip
    label = run.problem.origin.name
    return Profile(
        tuple(numbers), np.array(places), rise, np.array(rays), region, correlation, label
    )


def _along(
    best: Refit,
    names: Sequence[str],
    axes: Sequence[ProfileAxis],
    direction: Array,
    tell: Told,
) -> Iterator[tuple[float, Array, float]]:
    """Fit at places on a ray until chi-square has risen enough.

    Yields:
        Radius, place, chi-square.
    """
    level = _BEYOND * RISE[len(names)]
    spacing, radius, last = _SPACING[len(names)], 0.0, best
    nearest = spacing
    for _ in range(_MOST):
        while not _is_within(axes, place := _place(axes, (radius + spacing) * direction)):
            spacing /= 2  # rounding has put it onto a bound
            if spacing < nearest:
                return
        radius += spacing
        held = dict(zip(names, place.tolist(), strict=True))
        tell(", ".join(f"{name} = {value:.6g}" for name, value in held.items()))
        last = refit(last, held)
        for _ in range(_AGAIN):
            if last.violation < best.violation + _BOUGHT:
                break
            last = refit(last, held)
        yield radius, place, last.chi_square
        rise = last.chi_square - best.chi_square
        if rise > level:
            return
        if rise < _SLOW * radius**2:
            spacing *= 2


def _directions(count: int) -> list[Array]:
    if count == 1:
        return [np.array([-1.0]), np.array([1.0])]
    angles = 2 * math.pi * np.arange(_RAYS) / _RAYS
    return [np.array([math.cos(angle), math.sin(angle)]) for angle in angles]


def _ends(
    radii: Sequence[Sequence[float]],
    rises: Sequence[Sequence[float]],
    directions: Sequence[Array],
    shape: Array,
    axes: Sequence[ProfileAxis],
) -> tuple[list[tuple[float, float]], Array]:
    """Ends of the interval of each number [unit], and the region of two, (A, 2)."""
    crossed = [crossing(r, rise, RISE[1]) for r, rise in zip(radii, rises, strict=True)]
    if len(axes) == 1:
        low, high = (
            axes[0].at(radius * float(d[0])) for radius, d in zip(crossed, directions, strict=True)
        )
        return [(low, high)], np.zeros((0, 2))
    angles = (2 * math.pi * np.arange(len(directions)) / len(directions)).tolist()
    joint = [crossing(r, rise, RISE[2]) for r, rise in zip(radii, rises, strict=True)]
    inner, outer = (
        np.array([_place(axes, shape @ p) for p in closed_curve(angles, radius)]).reshape(-1, 2)
        for radius in (crossed, joint)
    )
    if not len(inner):
        return [(math.nan, math.nan)] * 2, outer
    # The rise of one number's profile is the least over the other: the reach of the curve.
    low, high = inner.min(axis=0).tolist(), inner.max(axis=0).tolist()
    return list(zip(low, high, strict=True)), outer


def _shape(
    estimates: Estimates, names: Sequence[str], axes: Sequence[ProfileAxis]
) -> tuple[Array, float]:
    """Root of the matrix of correlations by the linear analysis, and the correlation of two."""
    if len(names) == 1:
        return np.eye(1), math.nan
    told = estimates.correlation.get(names[0], {}).get(names[1], math.nan)
    if not (math.isfinite(told) and all(axis.is_told for axis in axes)):
        return np.eye(2), math.nan
    # That of the free numbers, of which one that is bounded above alone falls as its value rises.
    rho = min(max(told, -_LARGEST), _LARGEST) * axes[0].sign * axes[1].sign
    return np.array([[1.0, 0.0], [rho, math.sqrt(1 - rho**2)]]), rho


def _is_within(axes: Sequence[ProfileAxis], place: Array) -> bool:
    """Whether all numbers are between their bounds at a place, (k,)."""
    return all(axis.unknown.allows(v) for axis, v in zip(axes, place.tolist(), strict=True))


def _place(axes: Sequence[ProfileAxis], distances: Array) -> Array:
    """Values of numbers [unit of each] so many standard errors away, (k,)."""
    return np.array([axis.at(d) for axis, d in zip(axes, distances.tolist(), strict=True)])
