"""A stirred tank in which heat speeds up what makes it."""

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from pinn_metakan import Dirichlet, Interval, Jet, Problem

_START = [324.475443431599, 0.87725294608097]


def _slopes(t: float, y: np.ndarray) -> list[float]:
    rate = 7.2e10 * np.exp(-8750 / y[0]) * y[1]
    return [350 - y[0] + 209.2 * rate + 2.092 * (280 - y[0]), 1 - y[1] - rate]


class StirredTank(Problem):
    """T' = 350 - T + 209.2 r + 2.092 (280 - T),  c' = 1 - c - r,  r = 7.2e10 exp(-8750/T) c."""

    coordinates, unknowns = ("t",), ("T", "c")
    domain = Interval(0.0, 5.0)
    conditions = {"start": Dirichlet(T=_START[0], c=_START[1], where="t=0")}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        temperature, c, t_t, c_t = jet("T", "c", "T_t", "c_t")
        rate = 7.2e10 * torch.exp(-8750 / temperature) * c
        heat = 350 - temperature + 209.2 * rate + 2.092 * (280 - temperature)
        return {"heat": t_t - heat, "mass": c_t - (1 - c - rate)}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        found = solve_ivp(
            _slopes, (0.0, 5.0), _START, "Radau", dense_output=True, rtol=1e-11, atol=1e-12
        )
        return dict(zip("Tc", torch.from_numpy(found.sol(points[:, 0].numpy())), strict=True))
