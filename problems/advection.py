"""Advection equation: a periodic profile travels without changing its shape."""

import math

import torch

from pinn_metakan import Initial, Interval, Jet, Periodic, Problem, SpaceTime


class Advection(Problem):
    r"""u_t + c u_x = 0,  u(x, 0) = exp(sin(2 pi x)),  x in [0, 1] with period 1,  t in [0, 1].

    The solution is u = exp(sin(2 pi (x - c t))).

    Args:
        speed: c [-], in periods per duration.

    Source: Krishnapriyan et al., NeurIPS 2021, arXiv:2109.01050, for the equation; the profile is
    one with all harmonics.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("hyperbolic", "wave", "linear", "1d", "unsteady", "periodic")

    def __init__(self, speed: float = 1.0):
        self.speed = speed
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(u=_profile),
            "period": Periodic("x"),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of what is carried, (N,)."""
        u_t, u_x = jet("u_t", "u_x")  # each (N,)
        return {"advection": u_t + self.speed * u_x}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        x, t = points.unbind(1)
        return {"u": _profile(x - self.speed * t)}


def _profile(x: torch.Tensor) -> torch.Tensor:
    return torch.exp(torch.sin(2 * math.pi * x))
