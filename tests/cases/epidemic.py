"""An epidemic of 60 days that begins with one infected in 200."""

import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from pinn_metakan import Dirichlet, Interval, Jet, Problem


class Epidemic(Problem):
    """S' = -0.8 I S,  I' = 0.8 I S - I/4,  R' = I/4,  from 0.995, 0.005, 0 over 60 days."""

    coordinates, unknowns = ("t",), ("S", "I", "R")
    domain = Interval(0.0, 60.0)
    conditions = {"start": Dirichlet(S=0.995, I=0.005, R=0.0, where="t=0")}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        s, i, s_t, i_t, r_t = jet("S", "I", "S_t", "I_t", "R_t")
        return {"S": s_t + 0.8 * i * s, "I": i_t - 0.8 * i * s + i / 4, "R": r_t - i / 4}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        found = solve_ivp(
            lambda t, y: [-0.8 * y[1] * y[0], 0.8 * y[1] * y[0] - y[1] / 4, y[1] / 4],
            (0.0, 60.0), [0.995, 0.005, 0.0], "DOP853", dense_output=True, rtol=1e-11, atol=1e-13,
        )  # fmt: skip
        return dict(zip("SIR", torch.from_numpy(found.sol(points[:, 0].numpy())), strict=True))
