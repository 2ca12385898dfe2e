"""Pendulum: swings so wide that its period depends on how far it is let go."""

import math

import torch

from pinn_metakan import Initial, InitialValue, Interval, Jet, Problem


class Pendulum(Problem):
    r"""theta_tt + (g/l) sin(theta) = 0,  theta(0) = 3 pi/4,  theta_t(0) = 0,  0 <= t <= 5.

    The solution is sin(theta/2) = k sn(K(k) + w t, k), w^2 = g/l, k = sin(theta(0)/2); here it is
    computed step by step, which torch can differentiate.

    Args:
        amplitude: theta(0) [rad], below pi.
        length: l [m].
        gravity: g [m/s^2].

    Source: Landau, Lifshitz, Mechanics, Pergamon 1976, section 11.
    """

    coordinates, unknowns = ("t",), ("theta",)
    units = {"t": "s", "theta": "rad"}
    long_names = {"t": "time", "theta": "angle"}
    tags = ("ode", "nonlinear", "0d", "unsteady")

    def __init__(
        self, amplitude: float = 3 * math.pi / 4, length: float = 1.0, gravity: float = 9.81
    ):
        self.stiffness = gravity / length
        self.domain = Interval(0.0, 5.0)
        self.conditions = {"start": Initial(theta=amplitude, theta_t=0.0)}
        self._swing = InitialValue(
            lambda t, theta, speed: (speed, -self.stiffness * torch.sin(theta)),
            {"theta": amplitude, "speed": 0.0},
            (0.0, 5.0),
        )

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of angular momentum over the moment of inertia, (N,)."""
        theta, theta_tt = jet("theta", "theta_tt")  # each (N,)
        return {"pendulum": theta_tt + self.stiffness * torch.sin(theta)}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,)."""
        return {"theta": self._swing(points)["theta"]}

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return {"theta": self._swing.error["theta"]}
