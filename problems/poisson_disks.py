"""Laplace equation in a square without four disks."""

import torch

from pinn_metakan import Box, Dirichlet, Disk, Domain, Jet, OutsideDisks, Problem


class PoissonDisks(Problem):
    r"""u_xx + u_yy = 0 in [-1/2, 1/2]^2 without four disks,  u = 1 on its sides, u = 0 on disks.

    The disks have the radius 0.1 and their centers at (+-0.3, +-0.3).

    Source: Hao et al., PINNacle, NeurIPS 2024, arXiv:2306.08827 (Poisson2d-C).
    """

    coordinates, unknowns = ("x", "y"), ("u",)
    tags = ("elliptic", "linear", "2d", "steady")

    def __init__(self) -> None:
        square = ((-0.5, 0.5), (-0.5, 0.5))
        centers = [(x, y) for x in (-0.3, 0.3) for y in (-0.3, 0.3)]
        domain: Domain = Box(*square)
        disks = [f"disk{number + 1}" for number in range(len(centers))]
        for name, center in zip(disks, centers, strict=True):
            domain = domain - Disk(0.1, center).named(name)
        self.domain = domain
        self.centers = centers
        self.exact = OutsideDisks(square, centers, [0.1] * len(centers))
        self.conditions = {
            "square": Dirichlet(u=1.0, where="outer"),
            "disks": Dirichlet(u=0.0, where=disks),
        }

    def features(self, *coordinates: torch.Tensor) -> torch.Tensor:
        """Log r around each disk, how a solution outside of a disk begins."""
        x, y = coordinates
        return torch.stack([torch.log((x - a) ** 2 + (y - b) ** 2) for a, b in self.centers], dim=1)

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of diffusion, (N,)."""
        u_xx, u_yy = jet("u_xx", "u_yy")  # each (N,)
        return {"laplace": u_xx + u_yy}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """A series to rounding, (N,)."""
        return self.exact(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated error of the reference."""
        return self.exact.error
