"""Wave equation: two standing waves on a string, one four times as fast as the other."""

import math

import torch

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class Wave(Problem):
    r"""u_tt = c^2 u_xx,  u(x, 0) = sin(pi x) + sin(4 pi x)/2,  u_t(x, 0) = 0,  u = 0 at both ends.

    The solution is u = sin(pi x) cos(c pi t) + sin(4 pi x) cos(4 c pi t)/2, for x and t in [0, 1].

    Args:
        speed: c [-], scaled by length and duration.

    Source: Wang, Yu, Perdikaris, J. Comput. Phys. 449 (2022) 110768.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("hyperbolic", "wave", "linear", "1d", "unsteady")

    def __init__(self, speed: float = 2.0):
        self.speed = speed
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(
                u=lambda x: torch.sin(math.pi * x) + torch.sin(4 * math.pi * x) / 2,
                u_t=0.0,
            ),
            "ends": Dirichlet(u=0.0),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of momentum, (N,)."""
        u_tt, u_xx = jet("u_tt", "u_xx")  # each (N,)
        return {"wave": u_tt - self.speed**2 * u_xx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        x, t = points.unbind(1)
        slow = torch.sin(math.pi * x) * torch.cos(self.speed * math.pi * t)
        fast = torch.sin(4 * math.pi * x) * torch.cos(4 * self.speed * math.pi * t)
        return {"u": slow + fast / 2}
