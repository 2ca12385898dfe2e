"""SIR model of an epidemic: one infected in 200 at first, nearly all ill within two months."""

import torch

from pinn_metakan import Initial, InitialValue, Interval, Jet, Problem


class SIR(Problem):
    r"""S_t = -b I S,  I_t = b I S - c I,  R_t = c I,  from 0.995, 0.005, 0,  0 <= t <= 60.

    Args:
        contact_rate: b [1/day], of contacts that infect.
        recovery_rate: c [1/day].

    Source: Kermack, McKendrick, Proc. R. Soc. Lond. A 115 (1927) 700-721.
    """

    coordinates, unknowns = ("t",), ("S", "I", "R")
    units = {"t": "day"}
    long_names = {"t": "time", "S": "susceptible", "I": "infected", "R": "recovered"}
    tags = ("ode", "biology", "nonlinear", "0d", "unsteady", "system")

    def __init__(self, contact_rate: float = 0.8, recovery_rate: float = 0.25):
        self.contact_rate, self.recovery_rate = contact_rate, recovery_rate
        start = {"S": 0.995, "I": 0.005, "R": 0.0}
        self.domain = Interval(0.0, 60.0)
        self.conditions = {"start": Initial(**start)}
        self._course = InitialValue(self._slopes, start, (0.0, 60.0))

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of people, (N,) each."""
        found = self._slopes(*jet("t", "S", "I", "R"))
        slopes = zip("SIR", jet("S_t", "I_t", "R_t"), found, strict=True)
        return {name: slope - expected for name, slope, expected in slopes}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,) each."""
        return self._course(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._course.error

    def _slopes(
        self, t: torch.Tensor, s: torch.Tensor, i: torch.Tensor, r: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        infections, recoveries = self.contact_rate * i * s, self.recovery_rate * i
        return -infections, infections - recoveries, recoveries
