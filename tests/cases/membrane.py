"""A membrane over seven periods."""

import math

import torch
from torch import Tensor

from pinn_metakan import Box, Dirichlet, Initial, Jet, Problem, SpaceTime


class Membrane(Problem):
    """u_tt = 100 (u_xx + u_yy),  u = 4/pi sin(pi x) sin(pi y) at rest,  u = 0 on the rim."""

    coordinates, unknowns = ("x", "y", "t"), ("u",)
    domain = SpaceTime(Box((0.0, 1.0), (0.0, 1.0)), 0.0, 1.0)
    conditions = {
        "start": Initial(
            u=lambda x, y: 4 / math.pi * torch.sin(math.pi * x) * torch.sin(math.pi * y), u_t=0.0
        ),
        "rim": Dirichlet(u=0.0),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_tt, u_xx, u_yy = jet("u_tt", "u_xx", "u_yy")
        return {"wave": u_tt - 100 * (u_xx + u_yy)}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, y, t = points.unbind(1)
        shape = torch.sin(math.pi * x) * torch.sin(math.pi * y)
        return {"u": 4 / math.pi * shape * torch.cos(10 * math.sqrt(2) * math.pi * t)}
