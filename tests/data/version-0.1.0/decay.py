"""A sine that decays, of the runs that version 0.1.0 made."""

import torch

from pinn_metakan import Dirichlet, Initial, Interval, Problem, SpaceTime


class Decay(Problem):
    """u_t = kappa u_xx,  u(x, 0) = sin(pi x),  u(0, t) = u(1, t) = 0."""

    coordinates, unknowns = ("x", "t"), ("u",)
    units = {"x": "m", "t": "s", "u": "K"}
    long_names = {"u": "temperature"}

    def __init__(self, diffusivity: float = 0.1):
        self.diffusivity = diffusivity
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        self.conditions = {
            "start": Initial(u=lambda x: torch.sin(torch.pi * x)),
            "walls": Dirichlet(u=0.0),
        }

    def residual(self, jet):
        """Give the balance of heat."""
        u_t, u_xx = jet("u_t", "u_xx")
        return {"decay": u_t - self.diffusivity * u_xx}

    def reference(self, points):
        """Give the exact solution."""
        x, t = points.unbind(1)
        return {"u": torch.exp(-self.diffusivity * torch.pi**2 * t) * torch.sin(torch.pi * x)}
