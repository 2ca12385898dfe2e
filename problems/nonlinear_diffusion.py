"""Nonlinear diffusion: a conductivity k(u) as a function, from temperatures of an insulated bar."""

import math

import numpy as np
import torch

from pinn_metakan import (
    Initial,
    Interval,
    Jet,
    Neumann,
    Observed,
    PeriodicEvolution,
    Problem,
    SpaceTime,
    UnknownFunction,
)


class NonlinearDiffusion(Problem):
    r"""u_t = (k(u) u_x)_x,  u(x, 0) = (1 + cos(pi x)) / 2,  u_x = 0 at x = 0, 1;  k from data.

    The data are the solution for the true k(u) = k_0 e^(a u) at random places and times, with
    normal noise. The reference is computed by collocation.

    Args:
        conductivity: k_0 [-], scaled by length and duration; the data are made with it.
        growth: a [-].
        noise: Standard deviation of the noise [-], as part of the largest abs(u).
        count: How many values were measured.
        degree: Of the polynomial that k is sought as [-].
        start: First value of k [-], for all u.
        seed: Seed of places, times and noise.

    Source: Alifanov, Inverse Heat Transfer Problems, 1994, chapter 6.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("inverse", "parabolic", "heat", "nonlinear", "1d", "unsteady")

    def __init__(
        self,
        conductivity: float = 0.1,
        growth: float = 1.0,
        noise: float = 0.01,
        count: int = 500,
        degree: int = 4,
        start: float = 0.3,
        seed: int = 0,
    ):
        self.conductivity, self.growth = conductivity, growth
        self.k = UnknownFunction("u", start=start, degree=degree, positive=True, true=self._true)
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        # The even extension of u is periodic; k_0 e^a is the largest k.
        largest = conductivity * math.exp(max(growth, 0.0))
        self._computed = PeriodicEvolution(
            (-1.0, 1.0),
            (0.0, 1.0),
            {"u": _initial},
            linear={"u": lambda d: largest * d**2},
            nonlinear=lambda at, dx: {
                "u": dx((conductivity * np.exp(growth * at["u"]) - largest) * dx(at["u"]))
            },
        )
        generator = torch.Generator().manual_seed(seed)
        points = torch.rand(count, 2, generator=generator, dtype=torch.float64)
        error = noise * torch.randn(count, generator=generator, dtype=torch.float64)
        self.conditions = {
            "initial": Initial(u=_initial),
            "ends": Neumann(u=0.0),
            # The largest abs(u) is 1, at the start.
            "data": Observed(points, u=self.reference(points)["u"] + error, sigma=noise or None),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of energy, (N,)."""
        u, u_t, u_x, u_xx = jet("u", "u_t", "u_x", "u_xx")  # each (N,)
        k, k_u = self.k(u), self.k.derivative(u)
        return {"heat": u_t - k * u_xx - k_u * u_x**2}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution for the true conductivity, (N,)."""
        return self._computed(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._computed.error

    def _true(self, u: torch.Tensor) -> torch.Tensor:
        return self.conductivity * torch.exp(self.growth * u)


def _initial(x: torch.Tensor) -> torch.Tensor:
    return (1 + torch.cos(math.pi * x)) / 2
