"""Coefficients that jump inside the domain, where an equation at points cannot notice it."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet, RecordedValues
from pinn_metakan.derivatives.request import Derivative, Laplacian, Quantity
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.condition import Kink
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.jumps import Line, find_jump, lines_within
from pinn_metakan.pde.kinks import find_kinks

#: Number of lines along which a residual is evaluated, and of samples per line
#: (docs/decisions/0007-rough-data.md).
_LINES, _SAMPLES = 24, 65
#: Rounding of a difference, relative to the numbers that are subtracted
#: (docs/decisions/0007-rough-data.md).
_ROUNDING = 1e-12
#: How near to an interface the parts of a line come, in lengths of the line
#: (docs/decisions/0021-interfaces.md).
_BESIDE = 1e-6


@dataclass(frozen=True)
class CoefficientJump:
    """A coefficient that jumps.

    Args:
        term: The equation that has it.
        place: Where, by the coordinates that change there.
    """

    term: str
    place: str

    @property
    def sentence(self) -> str:
        """What that means."""
        return (
            f"{self.term}: a coefficient jumps at {self.place}; an equation at points says nothing "
            "of the flux there, and the solution may be wrong"
        )

    @property
    def remedy(self) -> str:
        """What can be done."""
        return (
            "Prescribe its jump, Jump(lambda jet: k(jet('x')) * jet('u_x'), 0.0, where='x=...'), "
            "state the flux as an unknown (q = k u_x, q_x = ...), or smooth the jump"
        )


def find_coefficient_jumps(formulation: Formulation) -> list[CoefficientJump]:
    r"""Find equations with a coefficient that jumps, such as the conductivity of two layers.

    The difference of the residual for two constant sets of second and higher derivatives is
    evaluated along lines: sources cancel, the coefficient of the derivatives remains. Where it
    jumps, u_x has to jump as well, so that the flux k u_x does not. No collocation point lies at
    the place of the jump, so solutions whose flux is wrong there satisfy the residual too. An
    equation of first order, such as one between a flux and a slope, is not affected.

    Args:
        formulation: The problem.

    Returns:
        One for each equation that has such a coefficient where no condition prescribes jumps.
    """
    names = formulation.variables.column_names()
    domain = formulation.domain
    generator = Generator().manual_seed(0)
    whole = lines_within(domain, range(domain.dimension), _LINES, generator)
    kinks = find_kinks(formulation)
    lines = [part for line in whole for part in _divided(line, kinks)]
    found = []
    for term in formulation.equations.terms:
        for line in lines:
            coefficient = partial(_coefficient, formulation, term, line)
            place = find_jump(coefficient, _ROUNDING * _largest_value(formulation, term, line))
            if place is None:
                continue
            point = line.points(torch.tensor([place], dtype=torch.float64))[0]
            where = ", ".join(f"{names[axis]} = {float(point[axis]):.4g}" for axis in line.axes)
            found.append(CoefficientJump(term, where))
            break
    return found


def note_jumps(formulation: Formulation) -> list[str]:
    """Say which equations have a coefficient that jumps, one line for each."""
    jumps = find_coefficient_jumps(formulation)
    return [f"{jump.sentence}. {jump.remedy}" for jump in jumps]


def _divided(line: Line, kinks: Collection[Kink]) -> list[Line]:
    """The parts of a line between planes across which conditions prescribe jumps."""
    steps, crossed = line.end - line.start, []
    for axis, value in kinks:
        s = (value - float(line.start[axis])) / float(steps[axis]) if axis in line.axes else 0.0
        crossed += [s] if 0 < s < 1 else []
    ends = [0.0, *sorted(crossed), 1.0]
    parts = []
    for low, high in pairwise(ends):
        start = line.start + (low + _BESIDE * (low > 0)) * steps
        end = line.start + (high - _BESIDE * (high < 1)) * steps
        parts.append(Line(start, end, line.axes))
    return parts


def _is_second_or_higher(quantity: Quantity) -> bool:
    """Whether a quantity is a derivative of second or higher order."""
    is_high = isinstance(quantity, Derivative) and len(quantity.axes) > 1
    return is_high or isinstance(quantity, Laplacian)


def _largest_value(formulation: Formulation, term: str, line: Line) -> float:
    """The largest value of a term on a line, its sources included."""
    s = torch.linspace(0.0, 1.0, _SAMPLES, dtype=torch.float64)
    values = torch.cat(_two_values(formulation, term, line, s))
    return float(values.abs().nan_to_num(0.0, 0.0, 0.0).max())


def _coefficient(formulation: Formulation, term: str, line: Line, s: Tensor) -> Tensor:
    """Difference of a term between two sets of values at parts s of a line, shape (N,)."""
    first, second = _two_values(formulation, term, line, s)
    return second - first


@torch.no_grad()
def _two_values(
    formulation: Formulation, term: str, line: Line, s: Tensor
) -> tuple[Tensor, Tensor]:
    """Evaluate a term at parts s (N,) of a line for two sets of values, each (N,)."""
    points = line.points(s)
    one = RecordedValues(line.start[None])
    for quantity in sorted(formulation.equations.quantities, key=repr):
        one[quantity]  # made up in a fixed order
    values = []
    for factor in (1.0, 2.0):
        constant = {
            q: ((factor if _is_second_or_higher(q) else 1.0) * v).expand(len(s), *v.shape[1:])
            for q, v in one.items()
        }
        jet = Jet(formulation.variables, points, constant)
        values.append(formulation.equations.evaluate(jet, PointSet(points))[term])
    return values[0], values[1]
