"""References that do not satisfy the equations or the conditions."""

import math
import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import (
    Coordinate,
    Derivative,
    Gradient,
    Laplacian,
    Quantity,
)
from pinn_metakan.diagnosis.differences import REACH, evaluate_by_differences
from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.diagnosis.sensitivity import sensitivities_at
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.losses.data_weight import noise_levels
from pinn_metakan.pde.condition import NoiseLevel
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.residual import Residual
from pinn_metakan.pde.returned import fault_of
from pinn_metakan.pde.user_code import call_user

# All of these: docs/decisions/0024-diagnosis.md.
#: Points inside the domain, of which those are taken that differences fit around.
_POINTS = 128
#: Steps of differences, relative to the domain. A reference may be steep, or a table that small
#: steps see the seams of: it satisfies an equation if it does so with one of them.
_STEPS = (5e-4, 2e-3, 8e-3, 3e-2)
#: A residual beyond this part of its summands is none of rounding or of a table.
_LARGE = 0.02
#: What differences with another step differ by counts for so many times, as their error.
_ERROR = 4.0
#: Data are off where they are so by more than this many standard deviations of their noise.
_NOISE = 2.0
#: A condition is not satisfied where its residual is large at more than this part of its points.
_SHARE = 0.15

#: A reference that takes longer than this for the points is not looked at [s]: it would be asked
#: for a hundred times as many.
_PATIENCE = 0.5

#: Takes points (N, d), gives all unknowns (N, m).
Solution = Callable[[Tensor], Tensor]


def check_reference(formulation: Formulation) -> list[Finding]:
    """Evaluate the residuals of the reference.

    Args:
        formulation: The problem. Nothing is said where it has no reference, or not of all unknowns.

    Returns:
        The findings.
    """
    variables = formulation.variables
    inside = sample_interior(formulation.domain, 2 * _POINTS, "sobol", Generator().manual_seed(0))
    values = reference_at(formulation, inside.points)
    if values is None:
        return []
    solution = _reference_of(formulation)
    findings = []
    violations = _of_equations(formulation, solution, inside.points)
    for term, part in violations.items():
        if part > _LARGE:
            findings.append(
                Finding(
                    "reference",
                    Severity.WARNING,
                    f"the reference does not satisfy {term}: its residual is {part:.2g} of what "
                    "the summands of the equation are",
                    "compare signs, factors and parameters in residual and reference",
                )
            )
    sizes = {Derivative(k, ()): _rms(values[:, k]) for k in range(len(variables.unknowns))}
    noise = noise_levels(formulation)
    for residual in formulation.conditions.values():
        for term, worst in _of_condition(formulation, residual, solution, sizes, noise).items():
            findings.append(
                Finding(
                    "reference",
                    Severity.WARNING,
                    f"the reference does not satisfy {residual.label}: {term} is off by "
                    f"{worst:.3g}",
                    "compare the data of the condition with the reference",
                )
            )
    return findings


def reference_at(formulation: Formulation, points: Tensor) -> Tensor | None:
    """Evaluate the reference of all unknowns.

    Args:
        formulation: The problem.
        points: Shape (N, d).

    Returns:
        Shape (N, m); None if there is none, or it is slow.
    """
    if type(formulation.problem).reference is Problem.reference:
        return None
    begin = time.process_time()
    try:
        with torch.no_grad():
            values = _reference_of(formulation)(points.clone())
    except Exception:
        return None  # what is wrong with it is told elsewhere
    is_slow = time.process_time() - begin > _PATIENCE
    if is_slow or values.ndim != 2 or fault_of(values, points.device) is not None:
        return None
    return values if bool(torch.isfinite(values).all()) else None


def _reference_of(formulation: Formulation) -> Solution:
    problem, names = formulation.problem, formulation.variables.unknowns
    label = f"{problem.origin.label}: reference"

    def solution(points: Tensor) -> Tensor:
        found = call_user(problem.reference, (points,), label)
        assert isinstance(found, dict)
        values = [torch.as_tensor(found[name]).double() for name in names]
        for name, value in zip(names, values, strict=True):
            if value.shape != points.shape[:1]:
                raise ProblemError(
                    f"{label}: {name} is {tuple(value.shape)} for other points, expected shape "
                    f"{tuple(points.shape[:1])}: a value for each of them"
                )
        return torch.stack(values, dim=1)

    return solution


def _of_equations(formulation: Formulation, solution: Solution, points: Tensor) -> dict[str, float]:
    """The residual of each term, relative to its summands: the least that any way says of it."""
    quantities = [q for q in formulation.equations.quantities if not isinstance(q, Coordinate)]
    found = {term: math.inf for term in formulation.equations.terms}

    def keep(violations: Mapping[str, float]) -> None:
        for term, part in violations.items():
            found[term] = min(found[term], part)

    exact = _by_autograd(solution, points, quantities)
    if exact is not None:
        keep(_violations(formulation, PointSet(points), exact, None))
        if max(found.values()) <= _LARGE:
            return found
    for step in _STEPS:
        some, steps = _with_room(formulation.domain, points, step)
        if len(some) == 0:
            continue
        fine, coarse = (
            evaluate_by_differences(solution, some, quantities, h) for h in (steps / 2, steps)
        )
        keep(_violations(formulation, PointSet(some), fine, coarse))
        if max(found.values()) <= _LARGE:
            break
    return {term: part for term, part in found.items() if part < math.inf}


def _violations(
    formulation: Formulation,
    at: PointSet,
    values: Mapping[Quantity, Tensor],
    others: Mapping[Quantity, Tensor] | None,
) -> dict[str, float]:
    """The residual of each term beyond its error, relative to the summands of the term."""
    equations, variables = formulation.equations, formulation.variables

    def terms(values: Mapping[Quantity, Tensor]) -> dict[str, Tensor]:
        with torch.no_grad():
            return equations.evaluate(Jet(variables, at.points, values), at)

    residuals = terms(values)
    errors = residuals if others is None else terms(others)
    slopes = sensitivities_at(equations, variables, at, values)
    parts = _parts(values)
    at_zero = terms({q: torch.zeros_like(value) for q, value in values.items()})
    found = {}
    for term, residual in residuals.items():
        beyond = (residual.abs() - _ERROR * (residual - errors[term]).abs()).clamp(min=0.0)
        summands = [_rms(slope * parts[d]) for d, slope in slopes[term].items() if d in parts]
        size = _rms(at_zero[term].nan_to_num(0.0, 0.0, 0.0)) + sum(summands)
        found[term] = _rms(beyond) / size if size > 0 else 0.0
    return {term: part if math.isfinite(part) else math.inf for term, part in found.items()}


def _parts(values: Mapping[Quantity, Tensor]) -> dict[Derivative, Tensor]:
    """The partial derivatives that values tell; those of a Laplacian count alike."""
    found: dict[Derivative, Tensor] = {}
    for quantity, value in values.items():
        match quantity:
            case Derivative():
                found[quantity] = value
            case Gradient(unknown, axes):
                columns = zip(axes, value.unbind(1), strict=True)
                found |= {Derivative(unknown, (axis,)): column for axis, column in columns}
            case Laplacian(unknown, axes):
                found |= {Derivative(unknown, (axis, axis)): value / len(axes) for axis in axes}
    return found


def _by_autograd(
    solution: Solution, points: Tensor, quantities: Sequence[Quantity]
) -> dict[Quantity, Tensor] | None:
    """Derivatives by autograd; None if the reference cannot be differentiated."""
    needs_slopes = any(not isinstance(q, Derivative) or q.axes for q in quantities)
    try:
        if needs_slopes and not _is_seen(solution, points):
            return None
        found = evaluate_by_autograd(solution, points, quantities)
    except Exception:  # NumPy in a reference raises what it likes; differences will do
        return None
    values = {quantity: value.detach() for quantity, value in found.items()}
    return values if all(bool(torch.isfinite(v).all()) for v in values.values()) else None


def _with_room(domain: Domain, points: Tensor, step: float) -> tuple[Tensor, Tensor]:
    """Points that differences fit around, and the steps along each axis."""
    low, high = torch.tensor(domain.bounds, dtype=torch.float64).T
    steps = step * (high - low)
    reach = REACH * steps
    keep = torch.ones(len(points), dtype=torch.bool)
    for axis in range(len(steps)):
        for sign in (-1, 1):
            moved = points.clone()
            moved[:, axis] += sign * reach[axis]
            keep &= domain.contains(moved)
    return points[keep][:_POINTS], steps


def _of_condition(
    formulation: Formulation,
    residual: Residual,
    solution: Solution,
    sizes: Mapping[Derivative, float],
    noise: Mapping[str, NoiseLevel],
) -> dict[str, float]:
    """The largest residual of each term that the reference does not satisfy."""
    variables, at = formulation.variables, residual.at
    asked = [q for q in residual.quantities if not isinstance(q, Coordinate)]
    values = _by_autograd(solution, at.points, asked)
    if values is None:
        return {}
    with torch.no_grad():
        terms = residual.evaluate(Jet(variables, at.points, values), at)
    slopes = sensitivities_at(residual, variables, at, values)
    lengths = [high - low for low, high in formulation.domain.bounds]
    found = {}
    for term, value in terms.items():
        size = sum(
            _rms(slope) * sizes[Derivative(d.unknown, ())] / math.prod(lengths[a] for a in d.axes)
            for d, slope in slopes[term].items()
        )
        allowed = 2 * _LARGE * size + (_NOISE * noise[term].sigma if term in noise else 0.0)
        share = float((value.abs() > allowed).double().mean())
        if share > _SHARE and size > 0:
            found[term] = float(value.abs().max())
    return found


def _is_seen(solution: Solution, points: Tensor) -> bool:
    """Whether autograd sees the reference."""
    with torch.enable_grad():
        return solution(points.detach().clone().requires_grad_()).requires_grad


def _rms(values: Tensor) -> float:
    return float(values.detach().square().mean().sqrt())
