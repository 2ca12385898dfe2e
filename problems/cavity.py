"""Flow in a square cavity under a moving lid: a vortex, and pressure that peaks in two corners."""

import torch

from pinn_metakan import Box, Dirichlet, DrivenCavity, Integral, Jet, Problem


class Cavity(Problem):
    r"""(u . grad) u = -grad p + lap u / Re,  div u = 0,  u = 4 x (1 - x) on the lid, else 0.

    In the unit square, v = 0 on the lid too; the integral of p is 0. Where the lid meets a wall,
    vorticity jumps and p is infinite like a logarithm.

    Args:
        reynolds: Re [-], by the side and the largest velocity of the lid.

    Source: Shen, J. Comput. Phys. 95 (1991) 228-245, of such lids; Hao et al., PINNacle, NeurIPS
    2024 (NS2d-C), of this one.
    """

    coordinates, unknowns = ("x", "y"), ("u", "v", "p")
    long_names = {"u": "velocity along x", "v": "velocity along y", "p": "pressure"}
    tags = ("elliptic", "fluid", "nonlinear", "2d", "steady", "system", "singular")

    def __init__(self, reynolds: float = 100.0):
        self.reynolds = reynolds
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        self.conditions = {
            "left": Dirichlet(u=0.0, v=0.0, where="x=0"),
            "right": Dirichlet(u=0.0, v=0.0, where="x=1"),
            "bottom": Dirichlet(u=0.0, v=0.0, where="y=0"),
            "lid": Dirichlet(u=lambda x, y: 4 * x * (1 - x), v=0.0, where="y=1"),
            "mean": Integral("p", 0.0),
        }
        self._flow = DrivenCavity(reynolds)

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balances of momentum and of volume, (N,) each."""
        u, u_x, u_y, v, v_x, v_y = jet("u", "u_x", "u_y", "v", "v_x", "v_y")  # each (N,)
        p_x, p_y, lap_u, lap_v = jet("p_x", "p_y", "laplacian_u", "laplacian_v")
        return {
            "momentum_x": u * u_x + v * u_y + p_x - lap_u / self.reynolds,
            "momentum_y": u * v_x + v * v_y + p_y - lap_v / self.reynolds,
            "continuity": u_x + v_y,
        }

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,) each."""
        return self._flow(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._flow.error
