"""Two layers of which one conducts 300 times as well, with the fluxes as unknowns."""

import torch
from torch import Tensor

from pinn_metakan import Box, Dirichlet, Jet, Problem


class TwoLayersFluxes(Problem):
    """p = k T_x,  q = k T_y,  p_x + q_y = 0,  k = 1.38 below y = 0.5 and 400 above,  T = 293.15
    below,  q = 200 on top,  p = 0 at the sides."""

    coordinates, unknowns = ("x", "y"), ("T", "p", "q")
    domain = Box((0.0, 1.0), (0.0, 1.0))
    conditions = {
        "below": Dirichlet(T=293.15, where="y=0"),
        "top": Dirichlet(q=200.0, where="y=1"),
        "left": Dirichlet(p=0.0, where="x=0"),
        "right": Dirichlet(p=0.0, where="x=1"),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        y, t_x, t_y, p, q, p_x, q_y = jet("y", "T_x", "T_y", "p", "q", "p_x", "q_y")
        k = torch.where(y < 0.5, 1.38, 400.0)
        return {"along": p - k * t_x, "across": q - k * t_y, "balance": p_x + q_y}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        y = points[:, 1]
        temperature = 293.15 + 200 * (y.clamp(max=0.5) / 1.38 + (y - 0.5).clamp(min=0.0) / 400)
        return {"T": temperature, "p": torch.zeros_like(y), "q": torch.full_like(y, 200.0)}
