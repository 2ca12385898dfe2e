"""Cahn-Hilliard equation: two phases separate, the amount of each is conserved."""

import math

import torch

from pinn_metakan import Initial, Interval, Jet, Periodic, PeriodicEvolution, Problem, SpaceTime


class CahnHilliard(Problem):
    r"""u_t = (g2 (u^3 - u) - g1 u_xx)_xx,  u(x, 0) = cos(pi x) - exp(-4 (pi x)^2),  period 2.

    On [-1, 1], t <= 1. Small waves about u = 0 grow by a factor e in a time of 0.04 [4 g1 / g2^2],
    so that errors grow, too. The reference is computed by ETDRK4.

    Args:
        mobility: g2 [-].
        stiffness: g1 [-]; interfaces are about sqrt(g1 / g2) wide.
        end_time: Last time [-].

    Source: Wight, Zhao, Commun. Comput. Phys. 29 (2021) 930-954.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    long_names = {"u": "phase"}
    tags = ("parabolic", "chemistry", "nonlinear", "1d", "unsteady", "periodic", "high-order")

    def __init__(self, mobility: float = 1e-2, stiffness: float = 1e-6, end_time: float = 1.0):
        self.mobility, self.stiffness = mobility, stiffness
        self.domain = SpaceTime(Interval(-1.0, 1.0), 0.0, end_time)
        # In one piece the error stays at 0.3 (docs/decisions/0037-references.md).
        self.settings = {
            "slabs": 4,
            "points": {"interior": 2000, "first": 0, "adaptive": 0.7},
            "evaluation": {"shape": [401, 101]},
        }
        self.conditions = {"start": Initial(u=self._start), "ring": Periodic("x")}
        self._computed = PeriodicEvolution(
            (-1.0, 1.0),
            (0.0, end_time),
            {"u": self._start},
            linear={"u": lambda d: -mobility * d**2 - stiffness * d**4},
            nonlinear=lambda at, dx: {"u": mobility * dx(dx(at["u"] ** 3))},
        )

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of the phase, (N,)."""
        u, u_t, u_x, u_xx, u_xxxx = jet("u", "u_t", "u_x", "u_xx", "u_xxxx")  # each (N,)
        driven = (3 * u**2 - 1) * u_xx + 6 * u * u_x**2  # (u^3 - u)_xx
        return {"phase": u_t - self.mobility * driven + self.stiffness * u_xxxx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,)."""
        return self._computed(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._computed.error

    def _start(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cos(math.pi * x) - torch.exp(-4 * (math.pi * x) ** 2)
