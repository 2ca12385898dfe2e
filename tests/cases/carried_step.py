"""A step that is carried along: a discontinuous solution."""

import torch
from torch import Tensor

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class CarriedStep(Problem):
    """u_t + u_x = 0,  u(x, 0) = 1 for x < 0.3 else 0,  u(0, t) = 1."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 0.5)
    conditions = {
        "start": Initial(u=lambda x: torch.where(x < 0.3, 1.0, 0.0)),
        "inflow": Dirichlet(u=1.0, where="x=0"),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_x = jet("u_t", "u_x")
        return {"advection": u_t + u_x}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.unbind(1)
        return {"u": (x - t < 0.3).double()}
