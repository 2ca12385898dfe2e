"""Navier-Stokes equations: steady flow behind a grid."""

import math

import torch

from pinn_metakan import Box, Dirichlet, Jet, Problem


class Kovasznay(Problem):
    r"""(u . grad) u = -grad p + laplacian u / Re,  div u = 0 on [-1/2, 1] x [-1/2, 3/2].

    The velocity (u, v) is prescribed on the rim, the pressure p where the flow leaves, at x = 1.
    The solution is u = 1 - e^(a x) cos(2 pi y), v = a e^(a x) sin(2 pi y)/(2 pi),
    p = (1 - e^(2 a x))/2 with a = Re/2 - sqrt(Re^2/4 + 4 pi^2).

    Args:
        reynolds: Re [-], of the spacing of the grid.

    Source: Kovasznay, Proc. Camb. Phil. Soc. 44 (1948) 58-62.
    """

    coordinates, unknowns = ("x", "y"), ("u", "v", "p")
    long_names = {"u": "velocity along x", "v": "velocity along y", "p": "pressure"}
    tags = ("elliptic", "fluid", "nonlinear", "2d", "steady", "system")

    def __init__(self, reynolds: float = 40.0):
        self.reynolds = reynolds
        self.rate = reynolds / 2 - math.sqrt(reynolds**2 / 4 + 4 * math.pi**2)
        self.domain = Box((-0.5, 1.0), (-0.5, 1.5))
        self.conditions = {
            "rim": Dirichlet(
                u=lambda x, y: self._exact(x, y)["u"], v=lambda x, y: self._exact(x, y)["v"]
            ),
            "outflow": Dirichlet(p=lambda x, y: self._exact(x, y)["p"], where="x=1"),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of momentum along x and y, and of mass, (N,) each."""
        u, u_x, u_y, v, v_x, v_y = jet("u", "u_x", "u_y", "v", "v_x", "v_y")  # each (N,)
        p_x, p_y, laplacian_u, laplacian_v = jet("p_x", "p_y", "laplacian_u", "laplacian_v")
        return {
            "along": u * u_x + v * u_y + p_x - laplacian_u / self.reynolds,
            "across": u * v_x + v * v_y + p_y - laplacian_v / self.reynolds,
            "mass": u_x + v_y,
        }

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,) each."""
        return self._exact(*points.unbind(1))

    def _exact(self, x: torch.Tensor, y: torch.Tensor) -> dict[str, torch.Tensor]:
        decay = torch.exp(self.rate * x)
        return {
            "u": 1 - decay * torch.cos(2 * math.pi * y),
            "v": self.rate / (2 * math.pi) * decay * torch.sin(2 * math.pi * y),
            "p": (1 - decay**2) / 2,
        }
