"""Damped harmonic oscillator: a mass on a spring, let go; it swings, or only creeps back."""

import math

import torch

from pinn_metakan import Initial, Interval, Jet, Problem


class Oscillator(Problem):
    r"""u_tt + 2 d u_t + w^2 u = 0,  u(0) = 1,  u_t(0) = 0,  0 <= t <= 1.

    With d < w the solution is exp(-d t) (cos(s t) + d/s sin(s t)), s^2 = w^2 - d^2; with d = w,
    exp(-d t) (1 + d t); with d > w it is made of cosh and sinh.

    Args:
        damping: d [1/s], half the friction over the mass.
        frequency: w [rad/s], without friction.

    Source: Kreyszig, Advanced Engineering Mathematics, Wiley 2011, section 2.4; with d = 2 and
    w = 20: Moseley, So, what is a physics-informed neural network?, 2021.
    """

    coordinates, unknowns = ("t",), ("u",)
    units = {"t": "s", "u": "m"}
    long_names = {"t": "time", "u": "displacement"}
    tags = ("ode", "linear", "0d", "unsteady")

    def __init__(self, damping: float = 2.0, frequency: float = 20.0):
        self.damping, self.frequency = damping, frequency
        self.domain = Interval(0.0, 1.0)
        self.conditions = {"start": Initial(u=1.0, u_t=0.0)}

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of forces over the mass, (N,)."""
        u, u_t, u_tt = jet("u", "u_t", "u_tt")  # each (N,)
        return {"oscillator": u_tt + 2 * self.damping * u_t + self.frequency**2 * u}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution, (N,)."""
        t, d = points[:, 0], self.damping
        square = self.frequency**2 - d**2
        s = math.sqrt(abs(square))
        if square > 0:
            return {"u": torch.exp(-d * t) * (torch.cos(s * t) + d / s * torch.sin(s * t))}
        if square == 0:
            return {"u": torch.exp(-d * t) * (1 + d * t)}
        slow, fast = torch.exp((s - d) * t), torch.exp(-(s + d) * t)
        return {"u": ((s + d) * slow + (s - d) * fast) / (2 * s)}
