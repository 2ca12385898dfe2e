"""Norms of all residuals on points that were not trained on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from pinn_metakan.losses.objective import Objective
from pinn_metakan.results.residual_norms import ResidualNorm, ResidualNorms


@torch.no_grad()
def measure_residuals(
    objectives: Sequence[Objective], satisfied: Iterable[str], count: int, generator: Generator
) -> ResidualNorms:
    """Evaluate root mean square and largest value of each term on fresh points.

    Points are shared by the slabs of time, which are of the same length: together they are drawn
    over all of the time that is solved, and each is evaluated in the field of its slab. Data of an
    `Observed` condition are where they are: their own points count.

    Args:
        objectives: Terms, their sizes and the field, of each slab; their points stay as they are.
        satisfied: Terms that hold by construction in some slab.
        count: Points of the equations, and of each condition, of all slabs together.
        generator: Draws the points; another than that of the run, which stays as it is.

    Returns:
        The norms, in the user's units; relative ones are to the size that a term has in each slab.
    """
    found: dict[str, _Measured] = {}
    share = -(-count // len(objectives))
    for objective in objectives:
        for group in objective.collocation.groups:
            like = group.at.points
            at = group.draw(share, generator).to(like.device, like.dtype)
            residuals = objective.residuals_at(group, at)
            for term in group.terms:
                values, size = residuals[term].detach().double(), objective.sizes[term]
                found.setdefault(term, _Measured()).add(values, size)
    measured = {term: parts.norm() for term, parts in found.items()}
    return ResidualNorms(measured, tuple(sorted(set(satisfied) - set(measured))))


@dataclass
class _Measured:
    """Residuals of one term in each slab that has it, and what they are of order of there."""

    values: list[Tensor] = field(default_factory=list)
    relative: list[Tensor] = field(default_factory=list)
    size: float = 0.0

    def add(self, values: Tensor, size: float) -> None:
        self.values.append(values)
        self.relative.append(values / size)
        self.size = max(self.size, size)

    def norm(self) -> ResidualNorm:
        values, relative = torch.cat(self.values), torch.cat(self.relative)
        return ResidualNorm(*_norms(values), *_norms(relative), self.size)


def _norms(values: Tensor) -> tuple[float, float]:
    """Root mean square and largest absolute value."""
    return float(values.square().mean().sqrt()), float(values.abs().max())
