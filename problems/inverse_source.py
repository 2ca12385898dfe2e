"""Inverse source problem: how a rod is heated along it, f(x), from temperatures with noise."""

import math

import torch

from pinn_metakan import (
    Dirichlet,
    Initial,
    Interval,
    Jet,
    Problem,
    SpaceTime,
    UnknownFunction,
    simulated_data,
)


class InverseSource(Problem):
    r"""u_t = u_xx + f(x),  u(x, 0) = 0,  u(0, t) = u(1, t) = 0,  0 <= t <= 1/2;  f from data.

    The data are temperatures at random places and times, with normal noise, for
    f = pi^2 (sin(pi x) + a sin(2 pi x)):

    .. math:: u = (1 - e^{-\pi^2 t}) \sin \pi x + \tfrac{a}{4} (1 - e^{-4 \pi^2 t}) \sin 2 \pi x

    Args:
        skewness: a [-].
        noise: Standard deviation of the noise [-], as part of the largest abs(u).
        count: How many values were measured.
        degree: Of the polynomial that f is sought as [-].
        seed: Seed of places, times and noise.

    Source: Cannon, SIAM J. Numer. Anal. 5 (1968) 275-286.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    long_names = {"u": "temperature"}
    tags = ("inverse", "parabolic", "heat", "linear", "1d", "unsteady")

    def __init__(
        self, skewness: float = 0.5, noise: float = 0.01, count: int = 500, degree: int = 10,
        seed: int = 0,
    ):  # fmt: skip
        self.skewness = skewness
        self.f = UnknownFunction("x", start=1.0, degree=degree, true=self._heating)
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 0.5)
        x = torch.linspace(0.0, 1.0, 1001, dtype=torch.float64)
        last = self.reference(torch.stack([x, torch.full_like(x, 0.5)], dim=1))["u"]
        data = simulated_data(
            self.reference, self.domain, "u",
            count=count, noise=noise, largest=float(last.abs().max()), seed=seed,
        )  # fmt: skip
        self.conditions = {"start": Initial(u=0.0), "ends": Dirichlet(u=0.0), "data": data}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of energy, (N,)."""
        u_t, u_xx, heating = jet("u_t", "u_xx", "f(x)")  # each (N,)
        return {"heat": u_t - u_xx - heating}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution for the true source, (N,)."""
        x, t = points.unbind(1)
        slow = (1 - torch.exp(-(math.pi**2) * t)) * torch.sin(math.pi * x)
        fast = (1 - torch.exp(-4 * math.pi**2 * t)) * torch.sin(2 * math.pi * x)
        return {"u": slow + self.skewness / 4 * fast}

    def _heating(self, x: torch.Tensor) -> torch.Tensor:
        sines = torch.sin(math.pi * x) + self.skewness * torch.sin(2 * math.pi * x)
        return math.pi**2 * sines
