"""Viscous Burgers equation: a sine steepens into a shock layer of width ~ viscosity."""

import math

import torch

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime, cole_hopf


class Burgers(Problem):
    r"""u_t + u u_x = nu u_xx,  u(x, 0) = -sin(pi x),  u(-1, t) = u(1, t) = 0.

    Args:
        viscosity: nu [-], scaled by half length and peak speed.

    Source: Raissi, Perdikaris, Karniadakis, J. Comput. Phys. 378 (2019) 686-707.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("parabolic", "fluid", "nonlinear", "1d", "unsteady")

    def __init__(self, viscosity: float = 0.01 / math.pi):
        self.viscosity = viscosity
        self.domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(u=lambda x: -torch.sin(math.pi * x)),
            "walls": Dirichlet(u=0.0),
        }
        # Why these: docs/decisions/0010-collocation-points.md.
        self.settings = {
            "points": {"interior": 6000, "adaptive": 0.9},  # most of them follow the layer
            "evaluation": {"shape": [801, 101]},  # resolves the layer, so that its error counts
        }
        # Functions that are learned from the start find the layer late:
        # docs/decisions/0018-shared-functions.md. Widths of metakan-sine: 0009-meta-learner.md.
        self.network_settings = {
            "metakan": {
                "network": {"held": True},
                "lm": {"steps": 40},
                "release": {"steps": 360},
            },
            "metakan-sine": {"network": {"widths": [12, 12, 12]}},
            "kan": {"network": {"widths": [8, 8, 8]}},
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of momentum, (N,)."""
        u, u_t, u_x, u_xx = jet("u", "u_t", "u_x", "u_xx")  # each (N,)
        return {"burgers": u_t + u * u_x - self.viscosity * u_xx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        return {"u": cole_hopf(points, self.viscosity)}
