"""Plucked string: data with a kink that never goes away."""

import torch
from torch import Tensor

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class PluckedString(Problem):
    """u_tt = u_xx,  u(x, 0) = min(x, 1 - x) at rest,  u(0, t) = u(1, t) = 0: d'Alembert."""

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
    conditions = {
        "start": Initial(u=lambda x: torch.minimum(x, 1 - x), u_t=0.0),
        "walls": Dirichlet(u=0.0),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_tt, u_xx = jet("u_tt", "u_xx")
        return {"wave": u_tt - u_xx}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.unbind(1)
        return {"u": (_odd(x - t) + _odd(x + t)) / 2}


def _odd(y: Tensor) -> Tensor:
    y = torch.remainder(y, 2.0)
    z = torch.where(y > 1, 2 - y, y)
    return torch.where(y > 1, -1.0, 1.0) * torch.minimum(z, 1 - z)
