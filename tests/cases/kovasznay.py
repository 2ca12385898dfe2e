"""Flow behind a grid."""

import math

import torch
from torch import Tensor

from pinn_metakan import Box, Dirichlet, Jet, Problem


class Kovasznay(Problem):
    """(u . grad) u = -grad p + lap u / 40,  div u = 0 on [-1/2, 1] x [-1/2, 3/2].

    Source: Kovasznay, Proc. Camb. Phil. Soc. 44 (1948) 58-62.
    """

    coordinates, unknowns = ("x", "y"), ("u", "v", "p")
    domain = Box((-0.5, 1.0), (-0.5, 1.5))
    conditions = {
        "rim": Dirichlet(u=lambda x, y: _flow(x, y)["u"], v=lambda x, y: _flow(x, y)["v"]),
        "outflow": Dirichlet(p=lambda x, y: _flow(x, y)["p"], where="x=1"),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, v, u_x, u_y, v_x, v_y = jet("u", "v", "u_x", "u_y", "v_x", "v_y")
        p_x, p_y, lap_u, lap_v = jet("p_x", "p_y", "laplacian_u", "laplacian_v")
        return {
            "along": u * u_x + v * u_y + p_x - lap_u / 40,
            "across": u * v_x + v * v_y + p_y - lap_v / 40,
            "mass": u_x + v_y,
        }

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        return _flow(*points.unbind(1))


def _flow(x: Tensor, y: Tensor) -> dict[str, Tensor]:
    decay = 20 - math.sqrt(400 + 4 * math.pi**2)
    size = torch.exp(decay * x)
    return {
        "u": 1 - size * torch.cos(2 * math.pi * y),
        "v": decay / (2 * math.pi) * size * torch.sin(2 * math.pi * y),
        "p": (1 - size**2) / 2,
    }
