"""Viscous Burgers equation for all viscosities at once: from a shock layer to a smooth decay."""

import math

import torch

from pinn_metakan import (
    Dirichlet,
    Initial,
    Interval,
    Jet,
    Parameter,
    Problem,
    SpaceTime,
    cole_hopf,
)


class ParametricBurgers(Problem):
    r"""u_t + u u_x = nu u_xx,  u(x, 0) = -sin(pi x),  u(-1, t) = u(1, t) = 0,  for each viscosity.

    The viscosity nu is in [0.01 / pi, 0.1], on a logarithmic scale; the layer is as wide as nu.

    Source: Raissi, Perdikaris, Karniadakis, J. Comput. Phys. 378 (2019) 686-707, for one viscosity.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    long_names = {"u": "velocity", "viscosity": "viscosity"}
    tags = ("parabolic", "fluid", "nonlinear", "1d", "unsteady", "parametric")

    def __init__(self) -> None:
        self.domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 1.0)
        self.solution_parameters = {"viscosity": Parameter(0.01 / math.pi, 0.1, log=True)}
        self.conditions = {
            "initial": Initial(u=lambda x, viscosity: -torch.sin(math.pi * x)),
            "walls": Dirichlet(u=0.0),
        }
        # Points as those of burgers: docs/decisions/0010-collocation-points.md.
        self.settings = {
            "points": {"interior": 6000, "adaptive": 0.9},  # most of them follow the layers
            "evaluation": {"shape": [401, 9, 41]},  # x resolves the thinnest layer
        }
        # As of burgers: docs/decisions/0018-shared-functions.md.
        self.network_settings = {
            "metakan": {
                "network": {"held": True},
                "lm": {"steps": 40},
                "release": {"steps": 360},
            },
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of momentum, (N,)."""
        viscosity, u, u_t, u_x, u_xx = jet("viscosity", "u", "u_t", "u_x", "u_xx")  # each (N,)
        return {"burgers": u_t + u * u_x - viscosity * u_xx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        x, viscosity, t = points.unbind(1)
        return {"u": cole_hopf(torch.stack([x, t], dim=1), viscosity)}
