"""A string that is struck: two standing waves."""

import math

import torch
from torch import Tensor

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class BeatingString(Problem):
    """u_tt = u_xx,  u(x, 0) = sin(pi x)/2,  u_t(x, 0) = pi sin(3 pi x),  u = 0 at the ends."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
    conditions = {
        "start": Initial(
            u=lambda x: torch.sin(math.pi * x) / 2,
            u_t=lambda x: math.pi * torch.sin(3 * math.pi * x),
        ),
        "ends": Dirichlet(u=0.0),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_tt, u_xx = jet("u_tt", "u_xx")
        return {"wave": u_tt - u_xx}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.unbind(1)
        first = torch.sin(math.pi * x) * torch.cos(math.pi * t) / 2
        return {"u": first + torch.sin(3 * math.pi * x) * torch.sin(3 * math.pi * t) / 3}
