"""Heat equation: a sine decays between cold walls."""

import math

import torch

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class Heat(Problem):
    r"""u_t = kappa u_xx,  u(x, 0) = sin(pi x),  u(0, t) = u(1, t) = 0.

    The solution is u = exp(-kappa pi^2 t) sin(pi x).

    Args:
        diffusivity: kappa [-], scaled by length and duration.

    Source: Mueller, Zeinhofer, ICML 2023, arXiv:2302.13163.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("parabolic", "heat", "linear", "1d", "unsteady")

    def __init__(self, diffusivity: float = 0.25):
        self.diffusivity = diffusivity
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(u=lambda x: torch.sin(math.pi * x)),
            "walls": Dirichlet(u=0.0),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of energy, (N,)."""
        u_t, u_xx = jet("u_t", "u_xx")  # each (N,)
        return {"heat": u_t - self.diffusivity * u_xx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        x, t = points.unbind(1)
        decay = torch.exp(-self.diffusivity * math.pi**2 * t)
        return {"u": decay * torch.sin(math.pi * x)}
