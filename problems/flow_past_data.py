"""A flow behind a grid from velocities alone: its viscosity, and the pressure nobody measured."""

import math

import torch

from pinn_metakan import Box, Integral, Jet, Problem, Unknown, simulated_data


class FlowPastData(Problem):
    r"""(u . grad) u = -grad p + nu laplacian u,  div u = 0;  nu from data.

    The data are velocities at random places of [-1/2, 1] x [-1/2, 3/2] with normal noise. Nothing
    is known at the boundary, and nothing of the pressure but that its mean is 0. Kovasznay's flow
    makes them: u = 1 - e^(a x) cos(2 pi y), v = a e^(a x) sin(2 pi y)/(2 pi), p = c - e^(2 a x)/2
    with 2 a = 1/nu - sqrt(1/nu^2 + 16 pi^2).

    Args:
        viscosity: nu [-], scaled by the spacing of the grid and the mean speed.
        noise: Standard deviation of the noise [-], as part of the largest speed.
        count: Places where both velocities were measured.
        start: First value of nu [-].
        seed: Seed of places and noise.

    Source: Raissi, Yazdani, Karniadakis, Science 367 (2020) 1026-1030, of such problems.
    """

    coordinates, unknowns = ("x", "y"), ("u", "v", "p")
    long_names = {"u": "velocity along x", "v": "velocity along y", "p": "pressure"}
    tags = ("inverse", "elliptic", "fluid", "nonlinear", "2d", "steady", "system")

    def __init__(
        self,
        viscosity: float = 0.025,
        noise: float = 0.01,
        count: int = 500,
        start: float = 0.1,
        seed: int = 0,
    ):
        self._rate = (1 / viscosity - math.sqrt(1 / viscosity**2 + 16 * math.pi**2)) / 2
        self.nu = Unknown(start, low=0.0, true=viscosity)
        self.domain = Box((-0.5, 1.0), (-0.5, 1.5))
        data = simulated_data(
            self.reference, self.domain, "u", "v",
            count=count, noise=noise, largest=1 + math.exp(-self._rate / 2), seed=seed,
        )  # fmt: skip
        self.conditions = {"mean": Integral("p", 0.0), "data": data}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of momentum along x and y, and of mass, (N,) each."""
        u, u_x, u_y, v, v_x, v_y = jet("u", "u_x", "u_y", "v", "v_x", "v_y")  # each (N,)
        p_x, p_y, laplacian_u, laplacian_v = jet("p_x", "p_y", "laplacian_u", "laplacian_v")
        return {
            "along": u * u_x + v * u_y + p_x - self.nu * laplacian_u,
            "across": u * v_x + v * v_y + p_y - self.nu * laplacian_v,
            "mass": u_x + v_y,
        }

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution for the true viscosity, (N,) each."""
        x, y = points.unbind(1)
        a = self._rate
        mean = (math.exp(2 * a) - math.exp(-a)) / (6 * a)  # of e^(2 a x)/2 over 3/2 of x
        decay = torch.exp(a * x)
        return {
            "u": 1 - decay * torch.cos(2 * math.pi * y),
            "v": a / (2 * math.pi) * decay * torch.sin(2 * math.pi * y),
            "p": mean - decay**2 / 2,
        }
