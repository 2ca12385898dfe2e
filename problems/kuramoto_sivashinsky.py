"""Kuramoto-Sivashinsky equation: long waves grow, break up and become chaotic."""

import math

import torch

from pinn_metakan import Initial, Interval, Jet, Periodic, PeriodicEvolution, Problem, SpaceTime


class KuramotoSivashinsky(Problem):
    r"""u_t + a u u_x + b u_xx + c u_xxxx = 0,  u(x, 0) = cos x (1 + sin x),  periodic on [0, 2 pi].

    For t <= 1; a = 100/16, b = 100/16^2, c = 100/16^4. Small waves grow by a factor e in a time of
    about 4 c / b^2 = 0.04, so that errors grow, too. The reference is computed by ETDRK4.

    Args:
        end_time: Last time [-].

    Source: Wang, Sankaran, Perdikaris, Comput. Methods Appl. Mech. Engrg. 421 (2024) 116813;
    Kassam, Trefethen, SIAM J. Sci. Comput. 26 (2005) 1214-1233.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = (
        "parabolic",
        "fluid",
        "nonlinear",
        "1d",
        "unsteady",
        "chaotic",
        "periodic",
        "high-order",
    )
    advection, growth, damping = 100 / 16, 100 / 16**2, 100 / 16**4

    def __init__(self, end_time: float = 1.0):
        self.domain = SpaceTime(Interval(0.0, 2 * math.pi), 0.0, end_time)
        self.conditions = {"start": Initial(u=self._start), "ring": Periodic("x")}
        self._computed = PeriodicEvolution(
            (0.0, 2 * math.pi),
            (0.0, end_time),
            {"u": self._start},
            linear={"u": lambda d: -self.growth * d**2 - self.damping * d**4},
            nonlinear=lambda at, dx: {"u": -self.advection / 2 * dx(at["u"] ** 2)},
            tolerance=1e-5,  # chaos: 1e-6 takes three times as long
        )

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of steepening, growth and damping, (N,)."""
        u, u_t, u_x, u_xx, u_xxxx = jet("u", "u_t", "u_x", "u_xx", "u_xxxx")  # each (N,)
        linear = self.growth * u_xx + self.damping * u_xxxx
        return {"kuramoto_sivashinsky": u_t + self.advection * u * u_x + linear}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,)."""
        return self._computed(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._computed.error

    def _start(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cos(x) * (1 + torch.sin(x))
