"""Poisson equation whose solution has waves of several lengths."""

import math

import torch

from pinn_metakan import Box, Dirichlet, Jet, Problem


class PoissonMultiscale(Problem):
    r"""-(u_xx + u_yy) = f on the unit square,  u = 0 on its boundary.

    The solution is u = mean over w of sin(w pi x) sin(w pi y), w = 4, 8, 12, 16: f follows from it.

    Args:
        waves: w [-], whole numbers: half waves along a side.

    Source: Wang, Wang, Perdikaris, Comput. Methods Appl. Mech. Engrg. 384 (2021) 113938, for the
    question; arXiv:2607.02194 for these waves.
    """

    coordinates, unknowns = ("x", "y"), ("u",)
    tags = ("elliptic", "linear", "2d", "steady")

    def __init__(self, waves: tuple[int, ...] = (4, 8, 12, 16)):
        self.waves = waves
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        self.conditions = {"boundary": Dirichlet(u=0.0)}
        # Waves of an eighth of a side take more units and points than defaults, which end at 2e-2.
        many = {"network": {"widths": [32, 32, 32]}, "points": {"first": 3000}}
        self.network_settings = {"metakan": many}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of diffusion and source, (N,)."""
        x, y, u_xx, u_yy = jet("x", "y", "u_xx", "u_yy")  # each (N,)
        source = sum(2 * (math.pi * w) ** 2 * _wave(w, x, y) for w in self.waves) / len(self.waves)
        return {"poisson": -(u_xx + u_yy) - source}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        x, y = points.unbind(1)
        return {"u": torch.stack([_wave(w, x, y) for w in self.waves]).mean(dim=0)}


def _wave(w: int, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.sin(w * math.pi * x) * torch.sin(w * math.pi * y)
