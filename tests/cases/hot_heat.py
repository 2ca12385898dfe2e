"""The heat equation from 1000 degrees."""

import math

import torch
from torch import Tensor

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class HotHeat(Problem):
    """u_t = u_xx / 4,  u(x, 0) = 1000 sin(pi x),  u(0, t) = u(1, t) = 0."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
    conditions = {
        "start": Initial(u=lambda x: 1000 * torch.sin(math.pi * x)),
        "walls": Dirichlet(u=0.0),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_xx = jet("u_t", "u_xx")
        return {"heat": u_t - u_xx / 4}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.unbind(1)
        return {"u": 1000 * torch.exp(-(math.pi**2) / 4 * t) * torch.sin(math.pi * x)}
