"""Poisson equation: a product of sines on the unit square."""

import math

import torch

from pinn_metakan import Box, Dirichlet, Jet, Problem


class Poisson(Problem):
    r"""-(u_xx + u_yy) = 2 pi^2 sin(pi x) sin(pi y),  u = 0 on the boundary of the unit square.

    The solution is u = sin(pi x) sin(pi y).

    Source: Mueller, Zeinhofer, ICML 2023, arXiv:2302.13163.
    """

    coordinates, unknowns = ("x", "y"), ("u",)
    tags = ("elliptic", "linear", "2d", "steady")

    def __init__(self) -> None:
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        self.conditions = {"boundary": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of diffusion and source, (N,)."""
        x, y, u_xx, u_yy = jet("x", "y", "u_xx", "u_yy")  # each (N,)
        source = 2 * math.pi**2 * torch.sin(math.pi * x) * torch.sin(math.pi * y)
        return {"poisson": -(u_xx + u_yy) - source}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        x, y = points.unbind(1)
        return {"u": torch.sin(math.pi * x) * torch.sin(math.pi * y)}
