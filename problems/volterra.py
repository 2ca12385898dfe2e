"""Volterra integral equation of the second kind, as a system of a function and its integral."""

import torch

from pinn_metakan import Dirichlet, Interval, Jet, Problem


class Volterra(Problem):
    r"""u(x) + int_0^x u(s) ds = 1 on [0, 5]: with the integral I as an unknown, I' = u, I(0) = 0.

    The solution is u = e^-x, I = 1 - e^-x.

    Source: Wazwaz, Linear and Nonlinear Integral Equations, Springer 2011, chapter 3.
    """

    coordinates, unknowns = ("x",), ("u", "I")
    long_names = {"I": "integral of u"}
    tags = ("integral", "linear", "1d", "steady", "system")

    def __init__(self) -> None:
        self.domain = Interval(0.0, 5.0)
        self.conditions = {"start": Dirichlet(I=0.0, where="x=0")}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """The equation, and what the integral is, (N,) each."""
        u, integral, slope = jet("u", "I", "I_x")  # each (N,)
        return {"equation": u + integral - 1, "integral": slope - u}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,) each."""
        decay = torch.exp(-points[:, 0])
        return {"u": decay, "I": 1 - decay}
