"""Stirred tank reactor: heat speeds up the reaction that makes it; a jacket cools."""

import torch

from pinn_metakan import Initial, InitialValue, Interval, Jet, Problem

#: The steady state with a jacket at 300 K.
START = {"T": 324.475443431599, "c": 0.87725294608097}


class StirredTank(Problem):
    r"""T_t = 350 - T + 209.2 k c + 2.092 (J - T),  c_t = 1 - c - k c,  k = 7.2e10 exp(-8750/T).

    From the steady state with a jacket at 300 K, which jumps to J at t = 0,  0 <= t <= 5.

    Args:
        jacket: J [K], temperature of the cooling water.

    Source: Seborg, Edgar, Mellichamp, Process Dynamics and Control, Wiley 2004, example 2.5; with
    this start: Hedengren, Continuously stirred tank reactor, apmonitor.com.
    """

    coordinates, unknowns = ("t",), ("T", "c")
    units = {"t": "min", "T": "K", "c": "mol/L"}
    long_names = {"t": "time", "T": "temperature", "c": "concentration"}
    tags = ("ode", "chemistry", "reaction", "nonlinear", "0d", "unsteady", "system")

    def __init__(self, jacket: float = 280.0):
        self.jacket = jacket
        self.domain = Interval(0.0, 5.0)
        self.conditions = {"start": Initial(**START)}
        self._course = InitialValue(self._slopes, START, (0.0, 5.0))

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balances of heat and of mass, (N,) each."""
        heating, making = self._slopes(*jet("t", "T", "c"))
        return {"heat": jet("T_t") - heating, "mass": jet("c_t") - making}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,) each."""
        return self._course(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._course.error

    def _slopes(
        self, t: torch.Tensor, temperature: torch.Tensor, c: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        known = temperature.clamp(min=100.0)  # a network may begin near 0 K, if T is in the loss
        rate = 7.2e10 * torch.exp(-8750 / known) * c
        cooling = 2.092 * (self.jacket - temperature)
        return 350 - temperature + 209.2 * rate + cooling, 1 - c - rate
