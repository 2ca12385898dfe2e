"""Biharmonic equation: a thin square plate that is clamped on its rim and bends under a load."""

import torch

from pinn_metakan import Box, Dirichlet, Jet, Neumann, Problem


class Plate(Problem):
    r"""w_xxxx + 2 w_xxyy + w_yyyy = q on the unit square,  w = dw/dn = 0 on its rim.

    The solution is w = a(x) a(y) with a(s) = s^2 (1 - s)^2; q follows from it.

    Source: Timoshenko, Woinowsky-Krieger, Theory of Plates and Shells, McGraw-Hill 1959, section
    44, for the equation; the load is one whose deflection is a polynomial.
    """

    coordinates, unknowns = ("x", "y"), ("w",)
    long_names = {"w": "deflection"}
    tags = ("elliptic", "solid", "linear", "2d", "steady", "high-order")

    def __init__(self) -> None:
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        self.conditions = {"rim": Dirichlet(w=0.0), "clamp": Neumann(w=0.0)}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of forces, (N,)."""
        x, y = jet("x", "y")  # each (N,)
        w_xxxx, w_xxyy, w_yyyy = jet("w_xxxx", "w_xxyy", "w_yyyy")
        load = 24 * _shape(y) + 2 * _bent(x) * _bent(y) + 24 * _shape(x)  # since a'''' = 24
        return {"plate": w_xxxx + 2 * w_xxyy + w_yyyy - load}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact deflection, (N,)."""
        x, y = points.unbind(1)
        return {"w": _shape(x) * _shape(y)}


def _shape(s: torch.Tensor) -> torch.Tensor:
    return (s * (1 - s)) ** 2


def _bent(s: torch.Tensor) -> torch.Tensor:
    return 2 - 12 * s + 12 * s**2  # a''
