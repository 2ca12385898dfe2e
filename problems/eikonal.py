"""Eikonal equation: the distance to the rim of a disk, with a tip in the middle."""

import torch

from pinn_metakan import Ball, Dirichlet, Jet, Problem


class Eikonal(Problem):
    r"""u_x^2 + u_y^2 - nu (u_xx + u_yy) = 1 in the unit disk,  u = 0 on its rim.

    The solution is u = nu log(I_0(1/nu)/I_0(r/nu)), I_0 a modified Bessel function: the distance
    1 - r to the rim, whose tip is round over a width of nu. Without viscosity the equation has many
    other solutions with other kinks; with a vanishing one it has this.

    Args:
        viscosity: nu [-], scaled by the radius.

    Source: Crandall, Lions, Trans. Amer. Math. Soc. 277 (1983) 1-42.
    """

    coordinates, unknowns = ("x", "y"), ("u",)
    long_names = {"u": "distance"}
    tags = ("elliptic", "wave", "nonlinear", "2d", "steady", "singular")

    def __init__(self, viscosity: float = 0.01):
        self.viscosity = viscosity
        self.domain = Ball(2)
        # These data are 0 on the rim. Inside they are where training begins, in a ball: above, so
        # that it does not end near -u, of which only the tip is no solution.
        self.conditions = {"rim": Dirichlet(u=lambda x, y: 1 - x**2 - y**2)}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Length of the gradient, squared, less viscosity and 1, (N,)."""
        u_x, u_y, laplacian = jet("u_x", "u_y", "laplacian_u")  # each (N,)
        return {"eikonal": u_x**2 + u_y**2 - self.viscosity * laplacian - 1}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        radius = points.square().sum(dim=1).sqrt()
        rim = self._log_bessel(torch.ones_like(radius))
        return {"u": self.viscosity * (rim - self._log_bessel(radius))}

    def _log_bessel(self, radius: torch.Tensor) -> torch.Tensor:
        """Log I_0(r/nu); I_0 itself would overflow."""
        argument = radius / self.viscosity
        return argument + torch.log(torch.special.i0e(argument))
