"""Allen-Cahn equation: two phases separate into plateaus with sharp fronts between."""

import math

import torch

from pinn_metakan import Initial, Interval, Jet, Periodic, PeriodicEvolution, Problem, SpaceTime


class AllenCahn(Problem):
    r"""u_t = D u_xx + 5 (u - u^3),  u(x, 0) = x^2 cos(pi x),  periodic on [-1, 1],  t <= 1.

    The data have a kink where the period ends. The reference is computed by ETDRK4.

    Args:
        diffusivity: D [-]; fronts are about sqrt(D) wide.

    Source: Raissi, Perdikaris, Karniadakis, J. Comput. Phys. 378 (2019) 686-707.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    long_names = {"u": "phase"}
    tags = ("parabolic", "reaction", "nonlinear", "1d", "unsteady", "periodic")

    def __init__(self, diffusivity: float = 1e-4):
        self.diffusivity = diffusivity
        self.domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 1.0)
        self.conditions = {"start": Initial(u=self._start), "ring": Periodic("x")}
        self._computed = PeriodicEvolution(
            (-1.0, 1.0),
            (0.0, 1.0),
            {"u": self._start},
            linear={"u": lambda d: diffusivity * d**2 + 5},
            nonlinear=lambda at, dx: {"u": -5 * at["u"] ** 3},
        )

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of diffusion and separation, (N,)."""
        u, u_t, u_xx = jet("u", "u_t", "u_xx")  # each (N,)
        return {"allen_cahn": u_t - self.diffusivity * u_xx - 5 * (u - u**3)}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,)."""
        return self._computed(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._computed.error

    def _start(self, x: torch.Tensor) -> torch.Tensor:
        return x**2 * torch.cos(math.pi * x)
