"""Poisson equation in the unit ball of many dimensions."""

import torch

from pinn_metakan import Ball, Dirichlet, InteractingSines, Jet, Problem


class BallPoisson(Problem):
    r"""laplacian u = f in the unit ball of R^d,  u = 0 on its surface.

    The solution is u = (1 - |x|^2) sum_i c_i sin(x_i + cos x_{i+1} + x_{i+1} cos x_i).

    Args:
        dimension: d [-].
        coefficient_seed: Seed of the c_i ~ N(0, 1).

    Source: Hu, Shukla, Karniadakis, Kawaguchi, Neural Networks 176 (2024) 106369; Zhao et al.,
    ICML 2025, arXiv:2506.07549.
    """

    coordinates, unknowns = ("x",), ("u",)
    tags = ("elliptic", "linear", "nd", "steady")

    def __init__(self, dimension: int = 4, coefficient_seed: int = 0):
        self.exact = InteractingSines(dimension, coefficient_seed)
        self.domain = Ball(dimension)
        self.conditions = {"surface": Dirichlet(u=0.0)}
        # Why this many points: docs/decisions/0010-collocation-points.md.
        self.settings = {"points": {"interior": 4000 if dimension < 8 else 6000}}
        # Two wide layers do better here than three: docs/decisions/0008-edge-family.md.
        wide = {"network": {"widths": [16, 16]}}
        self.network_settings = {"metakan-sine": wide, "kan": wide}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of diffusion and source, (N,)."""
        x, laplacian = jet("x", "laplacian_u")  # (N, d), (N,)
        return {"poisson": laplacian - self.exact.laplacian(x)}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        return {"u": self.exact.value(points)}
