"""Heat that flows in at an end: flux and initial value disagree in the corner."""

import math

import torch
from torch import Tensor

from pinn_metakan import Initial, Interval, Jet, Neumann, Problem, SpaceTime


class HeatedEnd(Problem):
    """u_t = u_xx,  u_x(0, t) = -1,  u_x(1, t) = 0,  u(x, 0) = 0,  on [0, 1] x [0, 1]: a series."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
    conditions = {
        "start": Initial(u=0.0),
        "heated": Neumann(u=1.0, where="x=0"),
        "insulated": Neumann(u=0.0, where="x=1"),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_xx = jet("u_t", "u_xx")
        return {"heat": u_t - u_xx}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points[:, :1], points[:, 1:]
        wave = torch.arange(1, 400) * math.pi
        terms = 2 / wave**2 * torch.cos(wave * x) * torch.exp(-(wave**2) * t)
        steady = t + (1 - x) ** 2 / 2 - 1 / 6
        return {"u": steady[:, 0] - terms.sum(dim=1)}
