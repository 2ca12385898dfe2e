"""Inverse heat conduction: a diffusivity from temperatures that were measured with noise."""

import math

import torch

from pinn_metakan import (
    Dirichlet,
    Initial,
    Interval,
    Jet,
    Problem,
    SpaceTime,
    Unknown,
    simulated_data,
)


class InverseHeat(Problem):
    r"""u_t = D u_xx,  u(x, 0) = sin(pi x) + sin(3 pi x) / 2,  u(0, t) = u(1, t) = 0;  D from data.

    The data are the solution for the true D at random places and times, with normal noise.

    Args:
        diffusivity: D [-], scaled by length and duration; the data are made with it.
        noise: Standard deviation of the noise [-], as part of the largest abs(u).
        count: How many values were measured.
        start: First value of D [-].
        seed: Seed of places, times and noise.

    Source: Ozisik, Orlande, Inverse Heat Transfer, 2000.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("inverse", "parabolic", "heat", "linear", "1d", "unsteady")

    def __init__(
        self,
        diffusivity: float = 0.1,
        noise: float = 0.01,
        count: int = 200,
        start: float = 1.0,
        seed: int = 0,
    ):
        self.diffusivity = diffusivity
        self.D = Unknown(start, low=0.0, true=diffusivity)
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        data = simulated_data(
            self.reference, self.domain, "u", count=count, noise=noise, largest=_LARGEST, seed=seed
        )
        self.conditions = {
            "initial": Initial(u=_initial),
            "walls": Dirichlet(u=0.0),
            "data": data,
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of energy, (N,)."""
        u_t, u_xx = jet("u_t", "u_xx")  # each (N,)
        return {"heat": u_t - self.D * u_xx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution for the true diffusivity, (N,)."""
        x, t = points.unbind(1)
        rate = self.diffusivity * math.pi**2
        slow = torch.exp(-rate * t) * torch.sin(math.pi * x)
        return {"u": slow + torch.exp(-9 * rate * t) * torch.sin(3 * math.pi * x) / 2}


#: The largest u, which is at the start.
_LARGEST = 5 / 3 * math.sqrt(5 / 12)


def _initial(x: torch.Tensor) -> torch.Tensor:
    return torch.sin(math.pi * x) + torch.sin(3 * math.pi * x) / 2
