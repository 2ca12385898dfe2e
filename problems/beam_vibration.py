"""Euler-Bernoulli beam that vibrates: two modes, one four times as fast as the other."""

import math

import torch

from pinn_metakan import Boundary, Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class BeamVibration(Problem):
    r"""u_tt + c^2 u_xxxx = 0,  u(x, 0) = sin(pi x) + sin(2 pi x)/2,  u_t(x, 0) = 0,  hinged ends.

    Hinges are at x = 0 and x = 1: u = u_xx = 0. The solution is, for t in [0, 1],
    u = sin(pi x) cos(c pi^2 t) + sin(2 pi x) cos(4 c pi^2 t)/2.

    Args:
        stiffness: c = sqrt(E I/(rho A)) [-], scaled by length squared over duration; c = 2/pi makes
            the duration a period of the slower mode.

    Source: Rao, Vibration of Continuous Systems, Wiley 2007, section 11.5.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    long_names = {"u": "deflection"}
    tags = ("dispersive", "solid", "wave", "linear", "1d", "unsteady", "high-order")

    def __init__(self, stiffness: float = 2 / math.pi):
        self.stiffness = stiffness
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(u=lambda x: self._exact(x, torch.zeros_like(x)), u_t=0.0),
            "ends": Dirichlet(u=0.0),
            "left_moment": Boundary("u_xx", 0.0, where="x=0"),
            "right_moment": Boundary("u_xx", 0.0, where="x=1"),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of momentum, (N,)."""
        u_tt, u_xxxx = jet("u_tt", "u_xxxx")  # each (N,)
        return {"beam": u_tt + self.stiffness**2 * u_xxxx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        return {"u": self._exact(*points.unbind(1))}

    def _exact(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        phase = self.stiffness * math.pi**2 * t
        slow = torch.sin(math.pi * x) * torch.cos(phase)
        return slow + torch.sin(2 * math.pi * x) * torch.cos(4 * phase) / 2
