"""Thirty periods in a unit of time."""

import math

import torch
from torch import Tensor

from pinn_metakan import Initial, Interval, Jet, Periodic, Problem, SpaceTime


class FastAdvection(Problem):
    """u_t + 30 u_x = 0,  u(x, 0) = sin(x),  period 2 pi,  t <= 1."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 2 * math.pi), 0.0, 1.0)
    conditions = {"start": Initial(u=torch.sin), "ring": Periodic("x")}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_x = jet("u_t", "u_x")
        return {"advection": u_t + 30 * u_x}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.unbind(1)
        return {"u": torch.sin(x - 30 * t)}
