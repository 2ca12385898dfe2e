"""Heat on a ring whose data have a kink at the seam."""

import math

import torch
from torch import Tensor

from pinn_metakan import Initial, Interval, Jet, Periodic, Problem, SpaceTime


class KinkedPeriod(Problem):
    """u_t = u_xx,  u(x, 0) = x^2,  period 2 on [-1, 1],  t <= 1/2: a cosine series."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 0.5)
    conditions = {"start": Initial(u=lambda x: x**2), "ring": Periodic("x")}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_xx = jet("u_t", "u_xx")
        return {"heat": u_t - u_xx}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points[:, :1], points[:, 1:]
        n = torch.arange(1, 400)
        wave = n * math.pi
        terms = 4 * (-1.0) ** n / wave**2 * torch.cos(wave * x) * torch.exp(-(wave**2) * t)
        later = 1 / 3 + terms.sum(dim=1)  # at the start it converges slowly
        return {"u": torch.where(points[:, 1] == 0, points[:, 0] ** 2, later)}
