"""A hot steel plate in SI units whose rim is cold from the first moment on."""

import math

import torch
from torch import Tensor

from pinn_metakan import Box, Dirichlet, Initial, Jet, Problem, SpaceTime


class SteelPlate(Problem):
    """rho cp T_t = k (T_xx + T_yy),  rho 8000, cp 500, k 200,  0.04 m x 0.02 m,  30 s,  T = 1000 at
    the start and 300 on the rim: a product of two series."""

    coordinates, unknowns = ("x", "y", "t"), ("T",)
    domain = SpaceTime(Box((0.0, 0.04), (0.0, 0.02)), 0.0, 30.0)
    conditions = {"start": Initial(T=1000.0), "rim": Dirichlet(T=300.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        rate, t_xx, t_yy = jet("T_t", "T_xx", "T_yy")
        return {"heat": 8000.0 * 500.0 * rate - 200.0 * (t_xx + t_yy)}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, y, t = points.unbind(1)
        return {"T": 300 + 700 * _slab(x / 0.04, t / 0.04**2) * _slab(y / 0.02, t / 0.02**2)}


def _slab(x: Tensor, t: Tensor) -> Tensor:
    wave = (2 * torch.arange(60) + 1) * math.pi
    decay = torch.exp(-(wave**2) * 5e-5 * t[:, None])
    series = (4 / wave * torch.sin(wave * x[:, None]) * decay).sum(dim=1)
    inside = ((x > 0) & (x < 1)).double()
    return torch.where(t > 0, series, inside)
