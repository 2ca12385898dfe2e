"""Coefficients that jump inside the domain, which an equation at points does not see."""

from functools import partial

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet, RecordedValues
from pinn_metakan.derivatives.request import Derivative, Laplacian, Quantity
from pinn_metakan.geometry.sampling import PointSet, sample_interior
from pinn_metakan.pde.jumps import find_jump, lines_within
from pinn_metakan.pde.statement import Statement

#: Lines along each coordinate on which a residual is looked at.
_LINES = 3


def note_jumps(statement: Statement) -> list[str]:
    r"""Say which equations have a coefficient that jumps, such as the conductivity of two layers.

    The difference of the residual for two constant sets of second and higher derivatives is
    followed along lines: a source cancels, their coefficient stays. Where it jumps, u_x has to
    jump as well, so that the flux k u_x does not; a residual at points never meets the place of the
    jump, so it is met by solutions whose flux is wrong there. An equation of first order, as it
    stands between a flux and a slope, has no such trouble.

    Args:
        statement: The problem.

    Returns:
        One line for each equation that has such a coefficient.
    """
    domain, names = statement.problem.domain, statement.variables.column_names()
    middle = sample_interior(domain, _LINES, "sobol", Generator().manual_seed(0)).points
    notes = []
    for term in statement.equations.terms:
        for axis in range(domain.dimension):
            starts, ends = middle.clone(), middle.clone()
            starts[:, axis], ends[:, axis] = domain.bounds[axis]
            found = [
                (find_jump(partial(_coefficient, statement, term, a, b)), a, b)
                for a, b in lines_within(domain.contains, starts, ends)
            ]
            places = [float((a + s * (b - a))[axis]) for s, a, b in found if s is not None]
            if places:
                notes.append(
                    f"{term}: a coefficient jumps at {names[axis]} = {places[0]:.4g}; an equation "
                    "at points says nothing of the flux there, and the solution may be wrong. "
                    "State the flux as an unknown (q = k u_x, q_x = ...), or smooth the jump"
                )
                break
    return notes


def _is_second(quantity: Quantity) -> bool:
    """Tell whether a quantity is a derivative of second or higher order."""
    is_high = isinstance(quantity, Derivative) and len(quantity.axes) > 1
    return is_high or isinstance(quantity, Laplacian)


@torch.no_grad()
def _coefficient(statement: Statement, term: str, start: Tensor, end: Tensor, s: Tensor) -> Tensor:
    """Give the difference of a term between two sets of values, at parts s (N,) of a line."""
    points = start + s[:, None] * (end - start)
    one = RecordedValues(start[None])
    for quantity in sorted(statement.equations.quantities, key=repr):
        one[quantity]  # made up in a fixed order
    values = []
    for factor in (1.0, 2.0):
        constant = {
            q: ((factor if _is_second(q) else 1.0) * v).expand(len(s), *v.shape[1:])
            for q, v in one.items()
        }
        jet = Jet(statement.variables, points, constant)
        values.append(statement.equations.evaluate(jet, PointSet(points))[term])
    return values[1] - values[0]
