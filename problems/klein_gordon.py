"""Klein-Gordon equation with a cubic term: oscillation and polynomial growth in time."""

import math

import torch

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class KleinGordon(Problem):
    r"""u_tt - u_xx + u^3 = f,  u(x, 0) = x,  u_t(x, 0) = 0,  u(0, t) = 0,  u(1, t) = g(t).

    The solution is u = x cos(5 pi t) + (x t)^3 for x and t in [0, 1]; f and g follow from it.

    Source: Wang, Teng, Perdikaris, SIAM J. Sci. Comput. 43 (2021) A3055-A3081.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("hyperbolic", "wave", "quantum", "nonlinear", "1d", "unsteady")

    def __init__(self) -> None:
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(u=lambda x: x, u_t=0.0),
            "ends": Dirichlet(u=self._exact),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of waves, cubic term and source, (N,)."""
        x, t, u, u_tt, u_xx = jet("x", "t", "u", "u_tt", "u_xx")  # each (N,)
        exact_tt = -25 * math.pi**2 * x * torch.cos(5 * math.pi * t) + 6 * x**3 * t
        exact_xx = 6 * x * t**3
        source = exact_tt - exact_xx + self._exact(x, t) ** 3
        return {"klein_gordon": u_tt - u_xx + u**3 - source}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        return {"u": self._exact(*points.unbind(1))}

    def _exact(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return x * torch.cos(5 * math.pi * t) + (x * t) ** 3
