"""Burgers equations in the plane: an oblique front that moves."""

import torch

from pinn_metakan import Box, Dirichlet, Initial, Jet, Problem, SpaceTime


class Burgers2d(Problem):
    r"""u_t + u u_x + v u_y = nu laplacian u,  v_t + u v_x + v v_y = nu laplacian v.

    On the unit square for t <= 1; u and v are prescribed at t = 0 and on the rim. The solution is
    u = 3/4 - f/4, v = 3/4 + f/4, f = 1/(1 + exp((4 y - 4 x - t)/(32 nu))): a front of width ~ 8 nu.

    Args:
        viscosity: nu [-], scaled by side and speed.

    Source: Fletcher, Int. J. Numer. Methods Fluids 3 (1983) 213-216.
    """

    coordinates, unknowns = ("x", "y", "t"), ("u", "v")
    long_names = {"u": "velocity along x", "v": "velocity along y"}
    tags = ("parabolic", "fluid", "nonlinear", "2d", "unsteady", "system")

    def __init__(self, viscosity: float = 0.01):
        self.viscosity = viscosity
        self.domain = SpaceTime(Box((0.0, 1.0), (0.0, 1.0)), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(
                u=lambda x, y: self._u(x, y, torch.zeros_like(x)),
                v=lambda x, y: self._v(x, y, torch.zeros_like(x)),
            ),
            "rim": Dirichlet(u=self._u, v=self._v),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of momentum along x and y, (N,) each."""
        u, u_t, u_x, u_y, laplacian_u = jet("u", "u_t", "u_x", "u_y", "laplacian_u")  # each (N,)
        v, v_t, v_x, v_y, laplacian_v = jet("v", "v_t", "v_x", "v_y", "laplacian_v")
        return {
            "along": u_t + u * u_x + v * u_y - self.viscosity * laplacian_u,
            "across": v_t + u * v_x + v * v_y - self.viscosity * laplacian_v,
        }

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,) each."""
        x, y, t = points.unbind(1)
        return {"u": self._u(x, y, t), "v": self._v(x, y, t)}

    def _u(self, x: torch.Tensor, y: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return 0.75 - torch.sigmoid((4 * x - 4 * y + t) / (32 * self.viscosity)) / 4

    def _v(self, x: torch.Tensor, y: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return 1.5 - self._u(x, y, t)
