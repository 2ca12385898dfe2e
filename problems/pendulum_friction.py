"""A friction law f(velocity) as a function, from the angles of a pendulum whose swing decays."""

import math

import torch

from pinn_metakan import (
    Initial,
    InitialValue,
    Interval,
    Jet,
    Problem,
    UnknownFunction,
    simulated_data,
)


class PendulumFriction(Problem):
    r"""theta_tt + f(theta_t) + (g/l) sin(theta) = 0,  theta(0) = 3 pi/4,  at rest;  f from data.

    The data are angles at random times with normal noise, for f(s) = b s + c s^3, the damping of
    ships that roll; they are computed step by step.

    Args:
        damping: b [1/s]; the data are made with it.
        cubic: c [s], likewise.
        noise: Standard deviation of the noise [-], as part of the largest angle, theta(0).
        count: How many angles were measured.
        degree: Of the polynomial that f is sought as [-].
        seed: Seed of times and noise.

    Source: Dalzell, J. Ship Res. 22 (1978) 178-185, of this law; Landau, Lifshitz, Mechanics, 1976.
    """

    coordinates, unknowns = ("t",), ("theta",)
    units = {"t": "s", "theta": "rad"}
    long_names = {"t": "time", "theta": "angle"}
    tags = ("inverse", "ode", "nonlinear", "0d", "unsteady")

    def __init__(
        self, damping: float = 0.2, cubic: float = 0.01, noise: float = 0.01,
        count: int = 500, degree: int = 5, seed: int = 0,
    ):  # fmt: skip
        amplitude, duration = 3 * math.pi / 4, 5.0
        true = lambda speed: damping * speed + cubic * speed**3  # noqa: E731
        fastest = 2 * _STIFFNESS**0.5 * math.sin(amplitude / 2)  # without friction
        self.f = UnknownFunction(
            "theta_t", start=0.0, low=-fastest, high=fastest, degree=degree, unit="rad/s^2",
            true=true,
        )  # fmt: skip
        self.domain = Interval(0.0, duration)
        self._swing = InitialValue(
            lambda t, theta, speed: (speed, -true(speed) - _STIFFNESS * torch.sin(theta)),
            {"theta": amplitude, "speed": 0.0},
            (0.0, duration),
        )
        data = simulated_data(
            self.reference, self.domain, "theta",
            count=count, noise=noise, largest=amplitude, seed=seed,
        )  # fmt: skip
        self.conditions = {"start": Initial(theta=amplitude, theta_t=0.0), "data": data}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of angular momentum over the moment of inertia, (N,)."""
        theta, theta_tt, friction = jet("theta", "theta_tt", "f(theta_t)")  # each (N,)
        return {"pendulum": theta_tt + friction + _STIFFNESS * torch.sin(theta)}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution for the true law, (N,)."""
        return {"theta": self._swing(points)["theta"]}

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return {"theta": self._swing.error["theta"]}


#: g/l [1/s^2] of a pendulum of 1 m.
_STIFFNESS = 9.81
