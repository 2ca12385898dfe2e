"""Helmholtz equation: a product of sines, of one period along x and of four along y."""

import math

import torch

from pinn_metakan import Box, Dirichlet, Jet, Problem


class Helmholtz(Problem):
    r"""u_xx + u_yy + k^2 u = q on the square [-1, 1]^2,  u = 0 on its boundary.

    The solution is u = sin(a_1 pi x) sin(a_2 pi y); q is what it leaves of the left-hand side.

    Args:
        wave_number: k [-], scaled by the half side of the square.
        periods_x: a_1 [-], a whole number: u has so many periods along x.
        periods_y: a_2 [-], a whole number, along y.

    Source: Wang, Teng, Perdikaris, SIAM J. Sci. Comput. 43 (2021) A3055-A3081.
    """

    coordinates, unknowns = ("x", "y"), ("u",)
    tags = ("elliptic", "wave", "linear", "2d", "steady")

    def __init__(self, wave_number: float = 1.0, periods_x: int = 1, periods_y: int = 4):
        self.wave_number = wave_number
        self.periods_x, self.periods_y = periods_x, periods_y
        self.domain = Box((-1.0, 1.0), (-1.0, 1.0))
        self.conditions = {"boundary": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of waves and source, (N,)."""
        x, y, u, u_xx, u_yy = jet("x", "y", "u", "u_xx", "u_yy")  # each (N,)
        laplacian = -(math.pi**2) * (self.periods_x**2 + self.periods_y**2)  # of the exact u / u
        source = (laplacian + self.wave_number**2) * self._exact(x, y)
        return {"helmholtz": u_xx + u_yy + self.wave_number**2 * u - source}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        return {"u": self._exact(*points.unbind(1))}

    def _exact(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.sin(self.periods_x * math.pi * x) * torch.sin(self.periods_y * math.pi * y)
