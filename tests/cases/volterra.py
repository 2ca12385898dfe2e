"""A Volterra integral equation as a system."""

import torch
from torch import Tensor

from pinn_metakan import Dirichlet, Interval, Jet, Problem


class Volterra(Problem):
    """u(x) + integral of u from 0 to x = 1,  with I' = u,  I(0) = 0: u = exp(-x)."""

    coordinates, unknowns = ("x",), ("u", "I")
    domain = Interval(0.0, 5.0)
    conditions = {"start": Dirichlet(I=0.0, where="x=0")}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, integral, slope = jet("u", "I", "I_x")
        return {"equation": u + integral - 1, "integral": slope - u}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x = points[:, 0]
        return {"u": torch.exp(-x), "I": 1 - torch.exp(-x)}
