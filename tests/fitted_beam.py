"""A beam whose load is to be found, and exact least squares beside it."""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.box import Interval
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.unknown import Unknown
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve

Array = NDArray[np.float64]
SIGMA = 0.004
X = np.linspace(0.05, 0.95, 15)
#: u for a load of 1, and for one of x: the columns of the forward model.
COLUMNS = np.stack([(X - X**2) / 2, (X - X**3) / 6], axis=1)
VALUES = COLUMNS @ [2.0, 1.0] + SIGMA * np.cos(37.0 * X)
#: Trains in about a second.
SMALL: dict[str, object] = {
    "network.widths": [5], "points.interior": 40, "points.first": 40, "adam.steps": 10,
    "lm.steps": 60, "stages": ["adam", "lm"], "evaluation.shape": [21],
}  # fmt: skip


class Beam(Problem):
    """u_xx = -s - c x with u = 0 at both ends: s and c from data."""

    coordinates, unknowns = ("x",), ("u",)

    def __init__(self, sigma: float | str = SIGMA) -> None:
        self.s, self.c = Unknown(1.0, low=0.0, unit="N", true=2.0), Unknown(0.5, true=1.0)
        self.domain = Interval(0.0, 1.0)
        data = Observed(X[:, None], u=VALUES, sigma=sigma)  # type: ignore[arg-type]
        self.conditions = {"ends": Dirichlet(u=0.0), "data": data}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"beam": jet("u_xx") + self.s + self.c * jet("x")}


def exact() -> tuple[Array, Array]:
    """Estimates of s and c, (2,), and their covariance, (2, 2)."""
    precision = COLUMNS.T @ COLUMNS / SIGMA**2
    covariance = np.linalg.inv(precision)
    return covariance @ COLUMNS.T @ VALUES / SIGMA**2, covariance


@cache
def solved_beam() -> Solution:
    """The trained beam, the same for all tests of a process."""
    return solve(Beam(), "kan", settings=SMALL)


def values_for(seed: int) -> Tensor:
    """Noise of a seed, (15,)."""
    generator = torch.Generator().manual_seed(seed)
    return SIGMA * torch.randn(len(X), generator=generator, dtype=torch.float64)
