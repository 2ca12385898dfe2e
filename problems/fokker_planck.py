"""Fokker-Planck equation: a density that drifts to the bottom of a potential and spreads."""

import math

import torch

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class FokkerPlanck(Problem):
    r"""p_t = (x p)_x + D p_xx on [-4, 4], t <= 1,  p(x, 0) normal, of mean 1 and variance 1/4.

    The solution is the normal density of mean e^-t and variance D + (1/4 - D) e^(-2 t), that of an
    Ornstein-Uhlenbeck process; its values are prescribed at both ends.

    Args:
        diffusivity: D [-], scaled by the rate of the drift.

    Source: Risken, The Fokker-Planck Equation, 2nd ed., Springer 1989, section 5.3.
    """

    coordinates, unknowns = ("x", "t"), ("p",)
    long_names = {"p": "probability density"}
    tags = ("parabolic", "biology", "linear", "1d", "unsteady")

    def __init__(self, diffusivity: float = 0.5):
        self.diffusivity = diffusivity
        self.domain = SpaceTime(Interval(-4.0, 4.0), 0.0, 1.0)
        self.conditions = {
            "initial": Initial(p=lambda x: self._density(x, torch.zeros_like(x))),
            "far": Dirichlet(p=self._density),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of probability, (N,)."""
        x, p, p_t, p_x, p_xx = jet("x", "p", "p_t", "p_x", "p_xx")  # each (N,)
        return {"balance": p_t - (p + x * p_x) - self.diffusivity * p_xx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact density, (N,)."""
        return {"p": self._density(*points.unbind(1))}

    def _density(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        variance = self.diffusivity + (0.25 - self.diffusivity) * torch.exp(-2 * t)
        away = (x - torch.exp(-t)) ** 2 / (2 * variance)
        return torch.exp(-away) / torch.sqrt(2 * math.pi * variance)
