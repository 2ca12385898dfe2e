"""Steady heat conduction through a wall of two materials."""

import math

import torch

from pinn_metakan import Box, Dirichlet, Jet, Jump, Neumann, Problem


class TwoMaterials(Problem):
    r"""-div(k grad T) = q on a square of 1 m,  k = k_1 for x < 1/2, k_2 beyond.

    T and k T_x are continuous; T is prescribed at x = 0, 1, the edges y = 0, 1 are insulated. The
    source is q = 5 pi^2 s cos(pi y), s = 100 sin(2 pi x) [W/m^3]. The solution is
    T = s cos(pi y)/k + 100 r with r = x/k_1 for x < 1/2, 1/(2 k_1) + (x - 1/2)/k_2 beyond.

    Args:
        first: k_1 [W/(m K)], by default about that of concrete.
        second: k_2 [W/(m K)], by default about that of a ceramic.

    Source: LeVeque, Li, SIAM J. Numer. Anal. 31 (1994) 1019-1044, for conditions at an interface.
    """

    coordinates, unknowns = ("x", "y"), ("T",)
    units = {"x": "m", "y": "m", "T": "K"}
    long_names = {"T": "temperature rise"}
    tags = ("elliptic", "heat", "linear", "2d", "steady", "interface")

    def __init__(self, first: float = 1.0, second: float = 20.0):
        self.first, self.second = first, second
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        hot = 50.0 * (1 / first + 1 / second)  # 100 W/m^2 through half a meter of each
        self.conditions = {
            "cold": Dirichlet(T=0.0, where="x=0"),
            "hot": Dirichlet(T=hot, where="x=1"),
            "below": Neumann(T=0.0, where="y=0"),
            "above": Neumann(T=0.0, where="y=1"),
            "interface": Jump(self._flux, 0.0, where="x=0.5"),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of energy [W/m^3], (N,)."""
        x, y, laplacian = jet("x", "y", "laplacian_T")  # each (N,)
        source = 500 * math.pi**2 * torch.sin(2 * math.pi * x) * torch.cos(math.pi * y)
        return {"heat": -self._conductivity(x) * laplacian - source}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact temperature [K], (N,)."""
        x, y = points.unbind(1)
        below, beyond = x.clamp(max=0.5), (x - 0.5).clamp(min=0.0)
        source = torch.sin(2 * math.pi * x) * torch.cos(math.pi * y)
        through = below / self.first + beyond / self.second
        return {"T": 100 * (source / self._conductivity(x) + through)}

    def _conductivity(self, x: torch.Tensor) -> torch.Tensor:
        return torch.where(x < 0.5, self.first, self.second)

    def _flux(self, jet: Jet) -> torch.Tensor:
        return self._conductivity(jet("x")) * jet("T_x")
