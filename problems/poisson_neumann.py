"""Poisson equation of which only fluxes are known on the boundary."""

import math

import torch

from pinn_metakan import Box, Integral, Jet, Neumann, Problem


class PoissonNeumann(Problem):
    r"""-(u_xx + u_yy) = f on the unit square,  du/dn = 1, -1 at x = 0, 1 and 0 at y = 0, 1.

    The solution is u = 1/2 - x + cos(pi x) cos(2 pi y), f = 5 pi^2 cos(pi x) cos(2 pi y): fluxes
    and source add to nothing, so that there are solutions, which differ by a constant. The integral
    of u is 0.

    Source: Strang, Fix, An Analysis of the Finite Element Method, Prentice-Hall 1973, for the
    condition that source and fluxes must meet.
    """

    coordinates, unknowns = ("x", "y"), ("u",)
    tags = ("elliptic", "linear", "2d", "steady")

    def __init__(self) -> None:
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        self.conditions = {
            "left": Neumann(u=1.0, where="x=0"),
            "right": Neumann(u=-1.0, where="x=1"),
            "below": Neumann(u=0.0, where="y=0"),
            "above": Neumann(u=0.0, where="y=1"),
            "mean": Integral("u", 0.0),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of diffusion and source, (N,)."""
        x, y, u_xx, u_yy = jet("x", "y", "u_xx", "u_yy")  # each (N,)
        return {"poisson": -(u_xx + u_yy) - 5 * math.pi**2 * _wave(x, y)}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        x, y = points.unbind(1)
        return {"u": 0.5 - x + _wave(x, y)}


def _wave(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.cos(math.pi * x) * torch.cos(2 * math.pi * y)
