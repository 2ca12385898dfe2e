"""Points that lie further apart than data and coefficients change over."""

import math
from collections.abc import Iterator
from functools import partial

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet, RecordedValues
from pinn_metakan.derivatives.request import Coordinate, Quantity
from pinn_metakan.diagnosis.examined import Examined
from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.geometry.domain import Face
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.jumps import Line, find_jump, lines_within
from pinn_metakan.pde.residual import Residual

# All of these: docs/decisions/0024-diagnosis.md.
#: Lines along which data are looked at, and samples per line.
_LINES, _SAMPLES = 12, 1025
#: In more dimensions points are far apart in any case.
_MOST_DIMENSIONS = 4
#: Changes of data below this part of their size are none.
_FLAT = 1e-6


def check_resolution(examined: Examined) -> list[Finding]:
    """Compare the distance of points inside with the smallest length of data and coefficients.

    Args:
        examined: The problem and its settings.

    Returns:
        The findings. Jumps are told elsewhere.
    """
    formulation = examined.formulation
    domain = formulation.domain
    if domain.dimension > _MOST_DIMENSIONS:
        return []
    count = examined.settings.points.interior
    spacing = count ** (-1 / domain.dimension)
    findings = []
    for residual, face, is_at_start in _residuals(formulation):
        least: dict[int, float] = {}
        for line in lines_within(
            domain, range(domain.dimension), _LINES, Generator().manual_seed(0)
        ):
            if (is_at_start and domain.time_axis in line.axes) or (face and face.axis in line.axes):
                continue
            for term in residual.terms:
                values = partial(_values, formulation, residual, term, line, face, is_at_start)
                length = _smallest_length(values)
                for axis in line.axes:
                    least[axis] = min(least.get(axis, math.inf), length)
        names = formulation.variables.column_names()
        for axis, length in least.items():
            if spacing <= length:
                continue
            low, high = domain.bounds[axis]
            needed = math.ceil((1 / length) ** domain.dimension / 1000) * 1000
            findings.append(
                Finding(
                    "points",
                    Severity.REMARK,
                    f"{residual.label} changes over {length * (high - low):.2g} along "
                    f"{names[axis]}, and {count} points lie {spacing * (high - low):.2g} apart",
                    f"--set points.interior={needed} or more, or --set points.adaptive=0.9",
                )
            )
    return findings


def _residuals(formulation: Formulation) -> Iterator[tuple[Residual, Face | None, bool]]:
    """The residuals that can be evaluated along lines, and the face that they are asked for on."""
    variables, domain = formulation.variables, formulation.domain
    yield formulation.equations, None, False
    for name, residual in formulation.conditions.items():
        place = formulation.problem.conditions[name].place
        if not residual.is_pointwise:
            continue
        if place.is_first_time:
            yield residual, None, True
        for face in place.faces(variables, domain):
            yield residual, face, False


@torch.no_grad()
def _values(
    formulation: Formulation,
    residual: Residual,
    term: str,
    line: Line,
    face: Face | None,
    is_at_start: bool,
    s: Tensor,
) -> Tensor:
    """Evaluate a term at parts s (N,) of a line, with the same values of unknowns everywhere."""
    points = line.points(s)
    normals = torch.zeros_like(points)
    if is_at_start:
        points[:, -1] = formulation.domain.bounds[-1][0]
    if face is not None:
        points[:, face.axis], normals[:, face.axis] = face.value, face.sign
    one = RecordedValues(line.start[None])
    asked = sorted((q for q in residual.quantities if not isinstance(q, Coordinate)), key=repr)
    values: dict[Quantity, Tensor] = {q: one[q].expand(len(s), *one[q].shape[1:]) for q in asked}
    at = PointSet(points, normals)
    return residual.evaluate(Jet(formulation.variables, points, values), at)[term].double()


def _smallest_length(values: partial[Tensor]) -> float:
    """Range over largest slope, in parts of the line; infinite where there is a jump."""
    s = torch.linspace(0.0, 1.0, _SAMPLES, dtype=torch.float64)
    found = values(s).nan_to_num(0.0, 0.0, 0.0)
    spread = float(found.max() - found.min())
    slope = float(found.diff().abs().max()) * (_SAMPLES - 1)
    if spread <= _FLAT * float(found.abs().max()) or slope == 0:
        return math.inf
    length = spread / slope
    is_short = length < 1 / math.sqrt(_SAMPLES)
    return math.inf if is_short and find_jump(values) is not None else length
