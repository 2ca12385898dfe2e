"""Heat in a ring with cold walls: four warm and four cold places that even out."""

import torch

from pinn_metakan import Dirichlet, Disk, Initial, Jet, Problem, RingHeat, SpaceTime


class HeatRing(Problem):
    r"""u_t = D (u_xx + u_yy) in the ring a <= r <= b for t in [0, 1],  u = 0 on both circles.

    At the start u = R(r) cos(m theta), where R = J_m(l r) Y_m(l a) - J_m(l a) Y_m(l r), of largest
    value 1, vanishes on both circles: a = 1/2, b = 1, l the smallest number for which it does. The
    solution is u = R(r) cos(m theta) exp(-D l^2 t).

    Args:
        diffusivity: D [-], scaled by outer radius and duration.
        waves: m [-], a whole number of waves around the ring.

    Source: Carslaw, Jaeger, Conduction of Heat in Solids, Oxford 1959, sections 7.10 and 14.8.
    """

    coordinates, unknowns = ("x", "y", "t"), ("u",)
    tags = ("parabolic", "heat", "linear", "2d", "unsteady")

    def __init__(self, diffusivity: float = 0.02, waves: int = 4):
        self.diffusivity = diffusivity
        self.exact = RingHeat(0.5, 1.0, diffusivity=diffusivity, waves=waves)
        self.domain = SpaceTime(Disk(1.0).named("outer") - Disk(0.5).named("inner"), 0.0, 1.0)
        self.conditions = {
            "start": Initial(u=self._start),
            "walls": Dirichlet(u=0.0),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of heat, (N,)."""
        u_t, laplacian = jet("u_t", "laplacian_u")  # each (N,)
        return {"heat": u_t - self.diffusivity * laplacian}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        return self.exact(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated error of the reference."""
        return self.exact.error

    def _start(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.exact(torch.stack([x, y, torch.zeros_like(x)], dim=1))["u"]
