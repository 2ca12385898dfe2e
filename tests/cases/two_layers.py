"""Two layers of which one conducts 300 times as well."""

import torch
from torch import Tensor

from pinn_metakan import Box, Dirichlet, Jet, Neumann, Problem


class TwoLayers(Problem):
    """k (T_xx + T_yy) = 0,  k = 1.38 below y = 0.5 and 400 above,  T = 293.15 below,  k T_y = 200
    on top, insulated sides: T is linear in each layer."""

    coordinates, unknowns = ("x", "y"), ("T",)
    domain = Box((0.0, 1.0), (0.0, 1.0))
    conditions = {
        "below": Dirichlet(T=293.15, where="y=0"),
        "top": Neumann(T=0.5, where="y=1"),
        "left": Neumann(T=0.0, where="x=0"),
        "right": Neumann(T=0.0, where="x=1"),
    }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        y, laplacian = jet("y", "laplacian_T")
        return {"heat": _conductivity(y) * laplacian}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        y = points[:, 1]
        return {"T": 293.15 + 200 * (y.clamp(max=0.5) / 1.38 + (y - 0.5).clamp(min=0.0) / 400)}


def _conductivity(y: Tensor) -> Tensor:
    return torch.where(y < 0.5, 1.38, 400.0)
