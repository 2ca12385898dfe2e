"""Heat equation on a square plate: two modes decay, the shorter one sooner."""

import math

import torch

from pinn_metakan import Box, Dirichlet, Initial, Jet, Problem, SpaceTime


class Heat2d(Problem):
    r"""u_t = kappa (u_xx + u_yy) on the unit square, t <= 1,  u = u_0 at t = 0,  u = 0 on the rim.

    The solution is u = a e^(-2 kappa pi^2 t) + b e^(-5 kappa pi^2 t)/2, a = sin(pi x) sin(pi y),
    b = sin(2 pi x) sin(pi y); u_0 is its value at t = 0.

    Args:
        diffusivity: kappa [-], scaled by length and duration.

    Source: Carslaw, Jaeger, Conduction of Heat in Solids, 2nd ed., Oxford 1959, section 5.6.
    """

    coordinates, unknowns = ("x", "y", "t"), ("u",)
    tags = ("parabolic", "heat", "linear", "2d", "unsteady")

    def __init__(self, diffusivity: float = 0.1):
        self.diffusivity = diffusivity
        self.domain = SpaceTime(Box((0.0, 1.0), (0.0, 1.0)), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(u=lambda x, y: self._exact(x, y, torch.zeros_like(x))),
            "rim": Dirichlet(u=0.0),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of energy, (N,)."""
        u_t, u_xx, u_yy = jet("u_t", "u_xx", "u_yy")  # each (N,)
        return {"heat": u_t - self.diffusivity * (u_xx + u_yy)}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        return {"u": self._exact(*points.unbind(1))}

    def _exact(self, x: torch.Tensor, y: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        decay = torch.exp(-self.diffusivity * math.pi**2 * t)
        modes = torch.sin(math.pi * x) * decay**2 + torch.sin(2 * math.pi * x) * decay**5 / 2
        return modes * torch.sin(math.pi * y)
