"""Heat from a hat: data with a kink."""

import math

import torch
from torch import Tensor

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class KinkedHeat(Problem):
    """u_t = u_xx,  u(x, 0) = 1 - |x|,  u(-1, t) = u(1, t) = 0: a cosine series."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 1.0)
    conditions = {"start": Initial(u=lambda x: 1 - x.abs()), "walls": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_xx = jet("u_t", "u_xx")
        return {"heat": u_t - u_xx}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points[:, :1], points[:, 1:]
        wave = (2 * torch.arange(300) + 1) * math.pi / 2
        terms = 2 / wave**2 * torch.exp(-(wave**2) * t) * torch.cos(wave * x)
        later = terms.sum(dim=1)  # at the start it converges slowly
        return {"u": torch.where(points[:, 1] == 0, 1 - points[:, 0].abs(), later)}
