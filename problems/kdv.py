"""Korteweg-de Vries equation: a cosine breaks up into solitons that pass through each other."""

import math

import torch

from pinn_metakan import Initial, Interval, Jet, Periodic, PeriodicEvolution, Problem, SpaceTime


class KortewegDeVries(Problem):
    r"""u_t + eta u u_x + mu^2 u_xxx = 0,  u(x, 0) = cos(pi x),  periodic on [-1, 1],  t <= 1.

    The reference is computed by ETDRK4.

    Args:
        eta: Of the nonlinear term [-].
        mu: Of the dispersion [-]; solitons are about mu wide.

    Source: Zabusky, Kruskal, Phys. Rev. Lett. 15 (1965) 240-243.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    long_names = {"u": "elevation"}
    tags = ("dispersive", "wave", "fluid", "nonlinear", "1d", "unsteady", "periodic", "high-order")

    def __init__(self, eta: float = 1.0, mu: float = 0.022):
        self.eta, self.mu = eta, mu
        self.domain = SpaceTime(Interval(-1.0, 1.0), 0.0, 1.0)
        self.conditions = {"start": Initial(u=self._start), "ring": Periodic("x")}
        # Trains of solitons take more parameters than the default has, which ends at 4e-3.
        wide = {"network": {"widths": [24, 24, 24]}}
        self.network_settings = {
            "metakan": wide,
            "mlp": wide,
            "kan": {"network": {"widths": [10, 10, 10]}},
        }
        self._computed = PeriodicEvolution(
            (-1.0, 1.0),
            (0.0, 1.0),
            {"u": self._start},
            linear={"u": lambda d: -(mu**2) * d**3},
            nonlinear=lambda at, dx: {"u": -eta / 2 * dx(at["u"] ** 2)},
        )

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of steepening and dispersion, (N,)."""
        u, u_t, u_x, u_xxx = jet("u", "u_t", "u_x", "u_xxx")  # each (N,)
        return {"kdv": u_t + self.eta * u * u_x + self.mu**2 * u_xxx}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,)."""
        return self._computed(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._computed.error

    def _start(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cos(math.pi * x)
