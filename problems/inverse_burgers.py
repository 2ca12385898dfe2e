"""Inverse Burgers equation: the speed of transport and the viscosity from noisy velocities."""

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
    cole_hopf,
    simulated_data,
)


class InverseBurgers(Problem):
    r"""u_t + a u u_x = nu u_xx,  u(x, 0) = -sin(pi x),  u(-1, t) = u(1, t) = 0;  a, nu from data.

    The data are the solution for a = 1 and the true nu at random places and times, with normal
    noise.

    Args:
        viscosity: nu [-], scaled by half length and peak speed; the data are made with it.
        noise: Standard deviation of the noise [-], as part of the largest abs(u).
        count: How many values were measured.
        start_a: First value of a [-].
        start_nu: First value of nu [-].
        seed: Seed of places, times and noise.

    Source: Raissi, Perdikaris, Karniadakis, J. Comput. Phys. 378 (2019) 686-707, section 4.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("inverse", "parabolic", "fluid", "nonlinear", "1d", "unsteady")

    def __init__(
        self,
        viscosity: float = 0.1 / math.pi,
        noise: float = 0.01,
        count: int = 200,
        start_a: float = 0.5,
        start_nu: float = 0.3,
        seed: int = 0,
    ):
        self.viscosity = viscosity
        self.a = Unknown(start_a, low=0.0, true=1.0)
        self.nu = Unknown(start_nu, low=0.0, true=viscosity)
        self.domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 1.0)
        # The largest abs(u) is 1, at the start.
        data = simulated_data(self.reference, self.domain, "u", count=count, noise=noise, seed=seed)
        self.conditions = {
            "initial": Initial(u=lambda x: -torch.sin(math.pi * x)),
            "walls": Dirichlet(u=0.0),
            "data": data,
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of momentum, (N,)."""
        u, u_t, u_x, u_xx = jet("u", "u_t", "u_x", "u_xx")  # each (N,)
        return {"burgers": u_t + self.a * u * u_x - self.nu * u_xx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution for the true numbers, (N,)."""
        return {"u": cole_hopf(points, self.viscosity)}
