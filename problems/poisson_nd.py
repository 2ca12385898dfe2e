"""Poisson equation in a box of many dimensions."""

import math

import torch

from pinn_metakan import Box, Dirichlet, Jet, Problem


class PoissonNd(Problem):
    r"""-laplacian u = f on the box [0, 1]^d,  u prescribed on all of its 2 d faces.

    The solution is u = sum_i cos(pi x_i), f = pi^2 u, or u = sum_i x_{2i-1} x_{2i}, f = 0.

    Args:
        dimension: d [-]; even for products.
        solution: "cosines" or "products".

    Raises:
        ValueError: If there is no such solution, or d is odd and there are products.

    Source: Dangel, Mueller, Zeinhofer, NeurIPS 2024, arXiv:2405.15603: cosines with d = 5, products
    with d = 10; the latter from E, Yu, Commun. Math. Stat. 6 (2018) 1-12.
    """

    coordinates, unknowns = ("x",), ("u",)
    tags = ("elliptic", "linear", "nd", "steady")

    def __init__(self, dimension: int = 5, solution: str = "cosines"):
        if solution not in ("cosines", "products"):
            raise ValueError(f"solution must be 'cosines' or 'products', got {solution!r}")
        if solution == "products" and dimension % 2:
            raise ValueError(f"products need an even dimension, got {dimension}")
        self.has_cosines = solution == "cosines"
        self.domain = Box(*[(0.0, 1.0)] * dimension)
        self.conditions = {"faces": Dirichlet(u=self._exact)}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of diffusion and source, (N,)."""
        x, laplacian = jet("x", "laplacian_u")  # (N, d), (N,)
        source = math.pi**2 * self._exact(x) if self.has_cosines else 0.0
        return {"poisson": -laplacian - source}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        return {"u": self._exact(points)}

    def _exact(self, x: torch.Tensor) -> torch.Tensor:
        if self.has_cosines:
            return torch.cos(math.pi * x).sum(dim=1)
        return (x[:, 0::2] * x[:, 1::2]).sum(dim=1)
