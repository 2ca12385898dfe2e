"""Phases that separate into sharp fronts."""

from functools import cache

import numpy as np
import torch
from scipy.integrate import solve_ivp
from scipy.interpolate import RectBivariateSpline
from torch import Tensor

from pinn_metakan import Initial, Interval, Jet, Periodic, Problem, SpaceTime


class AllenCahn(Problem):
    """u_t = 1e-4 u_xx + 5 (u - u^3),  u(x, 0) = x^2 cos(pi x),  period 2,  t <= 1.

    Source: Raissi, Perdikaris, Karniadakis, J. Comput. Phys. 378 (2019) 686-707.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 1.0)
    conditions = {
        "start": Initial(u=lambda x: x**2 * torch.cos(torch.pi * x)),
        "ring": Periodic("x"),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u, u_t, u_xx = jet("u", "u_t", "u_xx")
        return {"reaction": u_t - 1e-4 * u_xx - 5 * (u - u**3)}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.numpy().T
        return {"u": torch.from_numpy(_spline()(np.abs(x), t, grid=False))}


@cache
def _spline() -> RectBivariateSpline:
    """Second differences on half of the ring, which is symmetric; 2,000 intervals."""
    count = 2000
    x = np.linspace(0, 1, count + 1)

    def slopes(t: float, u: np.ndarray) -> np.ndarray:
        wide = np.concatenate([u[1:2], u, u[-2:-1]])
        return 1e-4 * count**2 * (wide[2:] - 2 * u + wide[:-2]) + 5 * (u - u**3)

    times = np.linspace(0, 1, 201)
    found = solve_ivp(
        slopes, (0, 1), x**2 * np.cos(np.pi * x), "LSODA", times,
        lband=1, uband=1, rtol=1e-10, atol=1e-11,
    )  # fmt: skip
    return RectBivariateSpline(x, times, found.y)
