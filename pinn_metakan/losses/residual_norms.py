"""Norms of all residuals on points that were not trained on."""

from collections.abc import Iterable

import torch
from torch import Generator

from pinn_metakan.losses.objective import Objective
from pinn_metakan.results.residual_norms import ResidualNorm, ResidualNorms


@torch.no_grad()
def measure_residuals(
    objective: Objective, satisfied: Iterable[str], count: int, generator: Generator
) -> ResidualNorms:
    """Evaluate root mean square and largest value of each term on fresh points.

    Data of an `Observed` condition are where they are: their own points count.

    Args:
        objective: Terms, their sizes and the field; its points stay as they are.
        satisfied: Terms that hold by construction.
        count: Points of the equations, and of each condition.
        generator: Draws the points; another than that of the run, which stays as it is.

    Returns:
        The norms, in the user's units.
    """
    measured = {}
    for group in objective.collocation.groups:
        like = group.at.points
        at = group.draw(count, generator).to(like.device, like.dtype)
        residuals = objective.residuals_at(group, at)
        for term in group.terms:
            values = residuals[term].detach().double()
            measured[term] = ResidualNorm(
                root_mean_square=float(values.square().mean().sqrt()),
                largest=float(values.abs().max()),
                size=objective.sizes[term],
            )
    return ResidualNorms(measured, tuple(sorted(satisfied)))
