"""A density that relaxes in a quadratic potential."""

import math

import torch
from torch import Tensor

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class FokkerPlanck(Problem):
    """p_t = (x p)_x + p_xx / 2 on [-4, 4],  from a Gaussian of mean 1 and variance 1/4,  t <= 1."""

    coordinates, unknowns = ("x", "t"), ("p",)
    domain = SpaceTime(Interval(-4.0, 4.0), 0.0, 1.0)
    conditions = {
        "start": Initial(p=lambda x: _density(x, torch.zeros_like(x))),
        "far": Dirichlet(p=lambda x, t: _density(x, t)),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        x, p, p_t, p_x, p_xx = jet("x", "p", "p_t", "p_x", "p_xx")
        return {"balance": p_t - p - x * p_x - p_xx / 2}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        return {"p": _density(*points.unbind(1))}


def _density(x: Tensor, t: Tensor) -> Tensor:
    variance = 0.5 + (0.25 - 0.5) * torch.exp(-2 * t)
    away = (x - torch.exp(-t)) ** 2 / (2 * variance)
    return torch.exp(-away) / torch.sqrt(2 * math.pi * variance)
