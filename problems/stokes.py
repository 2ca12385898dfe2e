"""Stokes equations: a slow flow in a closed square that a body force drives."""

import torch

from pinn_metakan import Box, Dirichlet, Integral, Jet, Problem


class Stokes(Problem):
    r"""-nu laplacian u + grad p = b,  div u = 0 on the unit square,  u = v = 0 on its boundary.

    The solution is u = a(x) a'(y), v = -a'(x) a(y), a(s) = s^2 (1 - s)^2, and p = x (1 - x) - 1/6,
    whose mean is 0; the body force b is what they leave of the left-hand side.

    Args:
        viscosity: nu [-].

    Source: Donea, Huerta, Finite Element Methods for Flow Problems, Wiley 2003, section 6.8.1.
    """

    coordinates, unknowns = ("x", "y"), ("u", "v", "p")
    long_names = {"u": "velocity along x", "v": "velocity along y", "p": "pressure"}
    tags = ("elliptic", "fluid", "linear", "2d", "steady", "system")

    def __init__(self, viscosity: float = 1.0):
        self.viscosity = viscosity
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        self.conditions = {"walls": Dirichlet(u=0.0, v=0.0), "pressure": Integral("p", 0.0)}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of forces along x and y, and of mass, (N,) each."""
        x, y, p_x, p_y = jet("x", "y", "p_x", "p_y")  # each (N,)
        u_x, v_y, laplacian_u, laplacian_v = jet("u_x", "v_y", "laplacian_u", "laplacian_v")
        a, b = _profile(x), _profile(y)  # with their derivatives
        exact_u = a[2] * b[1] + a[0] * b[3]  # laplacians
        exact_v = -(a[3] * b[0] + a[1] * b[2])
        return {
            "along": -self.viscosity * (laplacian_u - exact_u) + p_x - (1 - 2 * x),
            "across": -self.viscosity * (laplacian_v - exact_v) + p_y,
            "mass": u_x + v_y,
        }

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,) each."""
        x, y = points.unbind(1)
        a, b = _profile(x), _profile(y)
        return {"u": a[0] * b[1], "v": -a[1] * b[0], "p": x * (1 - x) - 1 / 6}


def _profile(s: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """s^2 (1 - s)^2 and its first three derivatives."""
    return (s * (1 - s)) ** 2, 2 * s - 6 * s**2 + 4 * s**3, 2 - 12 * s + 12 * s**2, 24 * s - 12
