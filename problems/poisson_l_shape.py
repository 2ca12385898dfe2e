"""Poisson equation in an L-shape, whose solution has no second derivatives at the inner corner."""

import math

import torch

from pinn_metakan import Dirichlet, Jet, Polygon, PolygonTorsion, Problem


class PoissonLShape(Problem):
    r"""-(u_xx + u_yy) = f in [-1, 1]^2 without [0, 1] x [-1, 0],  u = 0 on the edges x = 0, y = 0.

    With r and theta from the inner corner, the edge y = 0, x > 0 at theta = 0: source "none" is
    f = 0 and u = s = r^(2/3) sin(2 theta / 3) on the outer edges, of which s is the solution;
    source "one" is f = 1 and u = 0 on all edges.

    Args:
        source: "none" or "one".

    Source: Moler, Payne, SIAM J. Numer. Anal. 5 (1968) 64-70; Fox, Henrici, Moler, SIAM J. Numer.
    Anal. 4 (1967) 89-102.
    """

    coordinates, unknowns = ("x", "y"), ("u",)
    tags = ("elliptic", "linear", "2d", "steady", "singular")

    def __init__(self, source: str = "none"):
        if source not in ("none", "one"):
            raise ValueError(f"the source must be 'none' or 'one', got {source!r}")
        self.source = 0.0 if source == "none" else 1.0
        vertices = [(0, 0), (1, 0), (1, 1), (-1, 1), (-1, -1), (0, -1)]
        self.domain = Polygon(vertices, names={"notch": [0, 5], "rim": [1, 2, 3, 4]})
        self.exact = PolygonTorsion() if self.source else None
        self.conditions = {
            "notch": Dirichlet(u=0.0, where="notch"),
            "rim": Dirichlet(u=0.0 if self.source else singular, where="rim"),
        }

    def features(self, *coordinates: torch.Tensor) -> torch.Tensor:
        """S = r^(2/3) sin(2 theta / 3), how every solution begins at the inner corner."""
        return singular(*coordinates)

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of diffusion and source, (N,)."""
        u_xx, u_yy = jet("u_xx", "u_yy")  # each (N,)
        return {"poisson": u_xx + u_yy + self.source}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, or a series to rounding, (N,)."""
        return {"u": singular(*points.unbind(1))} if self.exact is None else self.exact(points)

    def reference_error(self) -> dict[str, float] | None:
        """Estimated error of the reference; None for an exact one."""
        return None if self.exact is None else self.exact.error


def singular(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """r^(2/3) sin(2 theta / 3), (N,)."""
    is_corner = (x == 0) & (y == 0)
    x, y = torch.where(is_corner, -1.0, x), torch.where(is_corner, 0.0, y)
    theta = 3 / 4 * math.pi + torch.atan2(-x - y, y - x)  # 0 to 3 pi / 2, cut outside
    value = (x.square() + y.square()) ** (1 / 3) * torch.sin(2 / 3 * theta)
    return torch.where(is_corner, 0.0, value)
