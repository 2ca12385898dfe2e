"""Heat equation for all diffusivities at once: a sine decays slowly or quickly."""

import math

import torch

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Parameter, Problem, SpaceTime


class ParametricHeat(Problem):
    r"""u_t = kappa u_xx,  u(x, 0) = sin(pi x),  u(0, t) = u(1, t) = 0,  for each kappa.

    The solution is u = exp(-kappa pi^2 t) sin(pi x), of the diffusivity kappa in [0.01, 1] on a
    logarithmic scale.

    Source: Mueller, Zeinhofer, ICML 2023, arXiv:2302.13163, for one diffusivity.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    long_names = {"u": "temperature", "kappa": "diffusivity"}
    tags = ("parabolic", "heat", "linear", "1d", "unsteady", "parametric")

    def __init__(self) -> None:
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        self.solution_parameters = {"kappa": Parameter(0.01, 1.0, log=True)}
        self.conditions = {
            "initial": Initial(u=lambda x, kappa: torch.sin(math.pi * x)),
            "walls": Dirichlet(u=0.0),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of energy, (N,)."""
        kappa, u_t, u_xx = jet("kappa", "u_t", "u_xx")  # each (N,)
        return {"heat": u_t - kappa * u_xx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        x, kappa, t = points.unbind(1)
        return {"u": torch.exp(-kappa * math.pi**2 * t) * torch.sin(math.pi * x)}
