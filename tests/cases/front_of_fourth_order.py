"""A front of the generalized Kuramoto-Sivashinsky equation."""

import torch
from torch import Tensor

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Neumann, Problem, SpaceTime


class FrontOfFourthOrder(Problem):
    """u_t + u u_x + u_xx + 4 u_xxx + u_xxxx = 0 on [-10, 10],  t <= 1.

    The solution is u = c + 9 - 15 (s + s^2 - s^3), s = tanh((x - c t) / 2), c = 6.

    Source: Xu, Shu, Comput. Methods Appl. Mech. Engrg. 195 (2006) 3430-3447.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(-10.0, 10.0), 0.0, 1.0)
    conditions = {
        "start": Initial(u=lambda x: _front(x, torch.zeros_like(x))),
        "walls": Dirichlet(u=lambda x, t: _front(x, t)),
        "flat": Neumann(u=lambda x, t: _slope(x, t) * torch.sign(x)),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, u_t, u_x, u_xx, u_xxx, u_xxxx = jet("u", "u_t", "u_x", "u_xx", "u_xxx", "u_xxxx")
        return {"momentum": u_t + u * u_x + u_xx + 4 * u_xxx + u_xxxx}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        return {"u": _front(*points.unbind(1))}


def _front(x: Tensor, t: Tensor) -> Tensor:
    s = torch.tanh((x - 6 * t) / 2)
    return 15 - 15 * (s + s**2 - s**3)


def _slope(x: Tensor, t: Tensor) -> Tensor:
    s = torch.tanh((x - 6 * t) / 2)
    return -7.5 * (1 + 2 * s - 3 * s**2) * (1 - s**2)
