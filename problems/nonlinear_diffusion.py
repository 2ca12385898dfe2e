"""Nonlinear diffusion: a conductivity k(u) as a function, from temperatures of an insulated bar."""

import numpy as np
import torch

from pinn_metakan import (
    Initial,
    Interval,
    Jet,
    Neumann,
    PeriodicEvolution,
    Problem,
    SpaceTime,
    UnknownFunction,
    simulated_data,
)


class NonlinearDiffusion(Problem):
    r"""u_t = (k(u) u_x)_x,  u(x, 0) = (1 + cos(pi x)) / 2,  u_x = 0 at x = 0, 1;  k from data.

    The data are the solution for k(u) = k_0 e^(a u) at random places and times, with normal noise.

    Args:
        conductivity: k_0 [-], scaled by length and duration.
        growth: a [-].
        noise: Standard deviation of the noise [-], as part of the largest abs(u), which is 1.
        count: How many values were measured.
        degree: Of the polynomial that log k is sought as [-].
        seed: Seed of places, times and noise.

    Source: Alifanov, Inverse Heat Transfer Problems, 1994, chapter 6.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("inverse", "parabolic", "heat", "nonlinear", "1d", "unsteady")

    def __init__(
        self, conductivity: float = 0.1, growth: float = 1.0, noise: float = 0.01,
        count: int = 500, degree: int = 4, seed: int = 0,
    ):  # fmt: skip
        true = lambda u: conductivity * torch.exp(growth * u)  # noqa: E731
        start = lambda x: (1 + torch.cos(torch.pi * x)) / 2  # noqa: E731
        self.k = UnknownFunction("u", start=0.3, degree=degree, positive=True, true=true)
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        largest = conductivity * np.exp(max(growth, 0.0))  # of all k
        self._computed = PeriodicEvolution(  # of the even extension of u
            (-1.0, 1.0),
            (0.0, 1.0),
            {"u": start},
            linear={"u": lambda d: largest * d**2},
            nonlinear=lambda at, dx: {
                "u": dx((conductivity * np.exp(growth * at["u"]) - largest) * dx(at["u"]))
            },
        )
        data = simulated_data(self.reference, self.domain, "u", count=count, noise=noise, seed=seed)
        self.conditions = {"initial": Initial(u=start), "ends": Neumann(u=0.0), "data": data}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of energy, (N,)."""
        u, u_t, u_x, u_xx = jet("u", "u_t", "u_x", "u_xx")  # each (N,)
        return {"heat": u_t - self.k(u) * u_xx - self.k.derivative(u) * u_x**2}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution for the true conductivity, (N,)."""
        return self._computed(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._computed.error
