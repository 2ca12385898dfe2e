"""Rows and columns of the matrix that standard errors follow from."""

from dataclasses import replace

from torch import Generator

from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.objective import Objective
from pinn_metakan.pde.formulation import Formulation

#: Rows of each equation for each column (docs/decisions/0043-unknown-numbers.md).
ROWS = 4


def size_of_matrix(objective: Objective, formulation: Formulation) -> int:
    """Numbers in the matrix that a `Posterior` factorizes: rows of all terms times columns."""
    columns = columns_of(objective)
    equations, *others = objective.collocation.groups
    rows = ROWS * columns * len(equations.terms)
    rows += columns - len(objective.ansatz.numbers)  # those of the prior
    rows += sum(count_of(group, formulation) * len(group.terms) for group in others)
    return rows * columns


def columns_of(objective: Objective) -> int:
    """Number of parameters of all kinds."""
    return sum(parameter.numel() for parameter in objective.ansatz.parameters())


def with_points(
    group: TermGroup, formulation: Formulation, count: int, generator: Generator
) -> TermGroup:
    """The equations on points that are spread evenly, as many as are asked for."""
    like = group.at.points
    at = sample_interior(formulation.domain, count, "sobol", generator)
    return replace(group, at=at.to(like.device, like.dtype))


def _condition_of(group: TermGroup, formulation: Formulation) -> str | None:
    """Name of the condition that a group belongs to; None for the equations."""
    for name, residual in formulation.conditions.items():
        if residual is group.residual:
            return name
    return None


def is_data(group: TermGroup, formulation: Formulation) -> bool:
    """Whether the terms of a group are data."""
    name = _condition_of(group, formulation)
    return name is not None and formulation.problem.conditions[name].region == "data"


def count_of(group: TermGroup, formulation: Formulation) -> int:
    """Number of residuals of a term of a group."""
    values = group.residual.recorded[group.terms[0]]
    if is_data(group, formulation):
        return len(values)
    points, recorded = len(group.at.points), len(group.residual.at.points)
    return round(points * len(values) / recorded)
