"""Gray-Scott equations: a pulse of a substance that feeds on another splits in two."""

import math

import torch

from pinn_metakan import Initial, Interval, Jet, Periodic, PeriodicEvolution, Problem, SpaceTime


class GrayScott(Problem):
    r"""u_t = u_xx - u v^2 + a (1 - u),  v_t = v_xx/100 + u v^2 - b v,  period 100, t <= 50.

    From u = 1 - s/2, v = s/4, s = sin(pi x / 100)^100. The reference is computed by ETDRK4.

    Args:
        feed: a [-].
        decay: b [-].
        end_time: Last time [-].

    Source: Doelman, Kaper, Zegeling, Nonlinearity 10 (1997) 523-563.
    """

    coordinates, unknowns = ("x", "t"), ("u", "v")
    long_names = {"u": "substrate", "v": "catalyst"}
    tags = ("parabolic", "chemistry", "nonlinear", "1d", "unsteady", "system", "periodic")

    def __init__(self, feed: float = 0.02, decay: float = 0.079, end_time: float = 50.0):
        self.feed, self.decay = feed, decay
        self.domain = SpaceTime(Interval(0.0, 100.0), 0.0, end_time)
        # In one piece the network ends on the other branch, v = 0, with a small loss; of 800 points
        # few are in the pulse (docs/decisions/0037-references.md).
        self.settings = {
            "slabs": 3,
            "points": {"interior": 2000, "first": 0, "adaptive": 0.7},
            "evaluation": {"shape": [401, 101]},
        }
        start = {"u": lambda x: 1 - self._pulse(x) / 2, "v": lambda x: self._pulse(x) / 4}
        self.conditions = {"start": Initial(**start), "ring": Periodic("x")}
        self._computed = PeriodicEvolution(
            (0.0, 100.0),
            (0.0, end_time),
            start,
            linear={"u": lambda d: d**2 - feed, "v": lambda d: d**2 / 100 - decay},
            nonlinear=lambda at, dx: {
                "u": feed - at["u"] * at["v"] ** 2,
                "v": at["u"] * at["v"] ** 2,
            },
        )

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balances of the two substances, (N,) each."""
        u, v, u_t, v_t, u_xx, v_xx = jet("u", "v", "u_t", "v_t", "u_xx", "v_xx")
        eaten = u * v**2
        return {
            "substrate": u_t - u_xx + eaten - self.feed * (1 - u),
            "catalyst": v_t - v_xx / 100 - eaten + self.decay * v,
        }

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Computed solution, (N,) each."""
        return self._computed(points)

    def reference_error(self) -> dict[str, float]:
        """Estimated relative L2 error of the reference."""
        return self._computed.error

    def _pulse(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sin(math.pi * x / 100) ** 100
