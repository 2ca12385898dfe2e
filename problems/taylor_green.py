"""Navier-Stokes equations: a periodic array of vortices that friction slows down."""

import math

import torch

from pinn_metakan import Box, Initial, Integral, Jet, Periodic, Problem, SpaceTime


class TaylorGreen(Problem):
    r"""u_t + (u . grad) u = -grad p + nu laplacian u,  div u = 0,  period 2 pi along x and y.

    The solution is u = -cos x sin y d, v = sin x cos y d, p = -(cos 2x + cos 2y) d^2/4 with
    d = exp(-2 nu t), t <= 1; (u, v) starts from it, and the mean of p is 0 at all times.

    Args:
        viscosity: nu [-], scaled by length and peak speed.

    Source: Taylor, Green, Proc. R. Soc. A 158 (1937) 499-521; Chorin, Math. Comp. 22 (1968)
    745-762.
    """

    coordinates, unknowns = ("x", "y", "t"), ("u", "v", "p")
    long_names = {"u": "velocity along x", "v": "velocity along y", "p": "pressure"}
    tags = ("parabolic", "fluid", "nonlinear", "2d", "unsteady", "system", "periodic")

    def __init__(self, viscosity: float = 0.1):
        self.viscosity = viscosity
        period = (0.0, 2 * math.pi)
        self.domain = SpaceTime(Box(period, period), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(
                u=lambda x, y: -torch.cos(x) * torch.sin(y),
                v=lambda x, y: torch.sin(x) * torch.cos(y),
            ),
            "along": Periodic("x"),
            "across": Periodic("y"),
            "pressure": Integral("p", 0.0),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of momentum along x and y, and of mass, (N,) each."""
        u, u_t, u_x, u_y = jet("u", "u_t", "u_x", "u_y")  # each (N,)
        v, v_t, v_x, v_y = jet("v", "v_t", "v_x", "v_y")
        p_x, p_y, laplacian_u, laplacian_v = jet("p_x", "p_y", "laplacian_u", "laplacian_v")
        return {
            "along": u_t + u * u_x + v * u_y + p_x - self.viscosity * laplacian_u,
            "across": v_t + u * v_x + v * v_y + p_y - self.viscosity * laplacian_v,
            "mass": u_x + v_y,
        }

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,) each."""
        x, y, t = points.unbind(1)
        decay = torch.exp(-2 * self.viscosity * t)
        return {
            "u": -torch.cos(x) * torch.sin(y) * decay,
            "v": torch.sin(x) * torch.cos(y) * decay,
            "p": -(torch.cos(2 * x) + torch.cos(2 * y)) * decay**2 / 4,
        }
