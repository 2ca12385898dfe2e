"""Nonlinear Schroedinger equation: a pulse focuses to twice its height and spreads again."""

import math

import torch

from pinn_metakan import Initial, Interval, Jet, Periodic, PeriodicEvolution, Problem, SpaceTime


class Schroedinger(Problem):
    r"""i h_t + h_xx/2 + |h|^2 h = 0,  h = v + i w,  h(x, 0) = 2 sech x,  period 10,  t <= pi/2.

    On [-5, 5]. The data have a small kink where the period ends, which sends out waves of all
    lengths. The reference is computed by ETDRK4.

    Source: Raissi, Perdikaris, Karniadakis, J. Comput. Phys. 378 (2019) 686-707.
    """

    coordinates, unknowns = ("x", "t"), ("v", "w")
    long_names = {"v": "real part", "w": "imaginary part"}
    tags = ("dispersive", "quantum", "wave", "nonlinear", "1d", "unsteady", "system", "periodic")
    domain = SpaceTime(Interval(-5.0, 5.0), 0.0, math.pi / 2)

    def __init__(self) -> None:
        self.conditions = {"start": Initial(v=self._start, w=0.0), "ring": Periodic("x")}
        self._computed = PeriodicEvolution(
            (-5.0, 5.0),
            (0.0, math.pi / 2),
            {"h": self._start},
            linear={"h": lambda d: 0.5j * d**2},
            nonlinear=lambda at, dx: {"h": 1j * abs(at["h"]) ** 2 * at["h"]},
            complex_unknowns={"h": ("v", "w")},
            most_nodes=2048,  # 3e-6: the waves of the kink go on for ever
        )

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Real and imaginary part of the equation, (N,) each."""
        v, w, v_t, w_t, v_xx, w_xx = jet("v", "w", "v_t", "w_t", "v_xx", "w_xx")
        density = v**2 + w**2
        return {"real": -w_t + v_xx / 2 + density * v, "imaginary": v_t + w_xx / 2 + density * w}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,) each."""
        return self._computed(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._computed.error

    def _start(self, x: torch.Tensor) -> torch.Tensor:
        return 2 / torch.cosh(x)
