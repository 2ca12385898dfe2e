"""Heat equation in a material that conducts along y and hardly along x."""

import math

import torch

from pinn_metakan import Box, Dirichlet, Initial, Jet, Problem, SpaceTime


class HeatMultiscale(Problem):
    r"""u_t = u_xx/(500 pi)^2 + u_yy/pi^2,  u = sin(20 pi x) sin(pi y) at t = 0,  u = 0 on the rim.

    On the unit square for t <= 5. The solution is u = sin(20 pi x) sin(pi y) exp(-(1 + 0.04^2) t).

    Source: Hao et al., PINNacle, NeurIPS 2024, arXiv:2306.08827 (Heat2d-MS).
    """

    coordinates, unknowns = ("x", "y", "t"), ("u",)
    tags = ("parabolic", "heat", "linear", "2d", "unsteady")

    def __init__(self) -> None:
        self.domain = SpaceTime(Box((0.0, 1.0), (0.0, 1.0)), 0.0, 5.0)
        self.conditions = {"initial": Initial(u=_start), "rim": Dirichlet(u=0.0)}

    def features(self, *coordinates: torch.Tensor) -> torch.Tensor:
        """The waves of the start, (N, 2): a random network has none so short, and does not move."""
        angle = 20 * math.pi * coordinates[0]
        return torch.stack([torch.sin(angle), torch.cos(angle)], dim=1)

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of energy, (N,)."""
        u_t, u_xx, u_yy = jet("u_t", "u_xx", "u_yy")  # each (N,)
        return {"heat": u_t - u_xx / (500 * math.pi) ** 2 - u_yy / math.pi**2}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        x, y, t = points.unbind(1)
        return {"u": _start(x, y) * torch.exp(-(1 + 0.04**2) * t)}


def _start(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.sin(20 * math.pi * x) * torch.sin(math.pi * y)
