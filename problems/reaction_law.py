"""A reaction rate f(u) as a function, from a front that it drives."""

import torch

from pinn_metakan import (
    Dirichlet,
    Initial,
    Interval,
    Jet,
    Problem,
    SpaceTime,
    UnknownFunction,
    simulated_data,
)


class ReactionLaw(Problem):
    r"""u_t = D u_xx + f(u),  0 <= x, t <= 1, with u given at the start and the ends;  f from data.

    The data are the front of Fisher's equation, f(u) = r u (1 - u), at random places and times,
    with normal noise:

    .. math:: u = (1 + e^z)^{-2}, \qquad z = \sqrt{r / (6 D)} \, (x - x_0) - 5 r t / 6

    Args:
        rate: r [-], scaled by length and duration; the data are made with it.
        diffusivity: D [-], which is known.
        place: x_0 [-], where the front begins.
        noise: Standard deviation of the noise [-], as part of the largest abs(u).
        count: How many values were measured.
        degree: Of the polynomial that f is sought as [-].
        seed: Seed of places, times and noise.

    Source: Ablowitz, Zeppetella, Bull. Math. Biol. 41 (1979) 835-840.
    """

    coordinates, unknowns = ("x", "t"), ("u",)
    tags = ("inverse", "parabolic", "chemistry", "nonlinear", "1d", "unsteady")

    def __init__(
        self,
        rate: float = 3.0,
        diffusivity: float = 0.005,
        place: float = 0.3,
        noise: float = 0.01,
        count: int = 500,
        degree: int = 4,
        seed: int = 0,
    ):
        self.rate, self.diffusivity, self.place = rate, diffusivity, place
        self.f = UnknownFunction(
            "u", start=0.0, degree=degree, true=lambda u: self.rate * u * (1 - u)
        )
        self.domain = SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)
        # The largest abs(u) is 1.
        data = simulated_data(self.reference, self.domain, "u", count=count, noise=noise, seed=seed)
        self.conditions = {
            "initial": Initial(u=lambda x: self._front(x, torch.zeros_like(x))),
            "ends": Dirichlet(u=self._front),
            "data": data,
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Balance of the substance, (N,)."""
        u_t, u_xx, rate = jet("u_t", "u_xx", "f(u)")  # each (N,)
        return {"substance": u_t - self.diffusivity * u_xx - rate}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Exact solution for the true rate, (N,)."""
        return {"u": self._front(*points.unbind(1))}

    def _front(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        z = (self.rate / (6 * self.diffusivity)) ** 0.5 * (x - self.place) - 5 * self.rate * t / 6
        return (1 + torch.exp(z)) ** -2
