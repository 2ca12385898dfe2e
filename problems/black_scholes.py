"""Black-Scholes equation: the value of a call option before it expires."""

import torch

from pinn_metakan import Dirichlet, Initial, Interval, Jet, Problem, SpaceTime


class BlackScholes(Problem):
    r"""V_t = s^2 S^2 V_SS/2 + r S V_S - r V,  V(S, 0) = max(S - K, 0),  t the time to expiry.

    S in [0, 3 K], t in [0, 1 year]; at S = 0 and S = 3 K the value is that of the solution,
    V = S N(d_1) - K e^(-r t) N(d_2), N the normal distribution, d_2 = d_1 - s sqrt(t),
    d_1 = (log(S/K) + (r + s^2/2) t)/(s sqrt(t)). The data at expiry have a kink.

    Args:
        volatility: s [1/sqrt(year)].
        rate: r [1/year].
        strike: K [EUR].

    Source: Black, Scholes, J. Polit. Econ. 81 (1973) 637-654.
    """

    coordinates, unknowns = ("S", "t"), ("V",)
    units = {"S": "EUR", "t": "year", "V": "EUR"}
    long_names = {"S": "price", "t": "time to expiry", "V": "value of the option"}
    tags = ("parabolic", "finance", "linear", "1d", "unsteady", "singular")

    def __init__(self, volatility: float = 0.2, rate: float = 0.05, strike: float = 100.0):
        self.volatility, self.rate, self.strike = volatility, rate, strike
        self.domain = SpaceTime(Interval(0.0, 3 * strike), 0.0, 1.0)
        self.conditions = {
            "expiry": Initial(V=lambda price: (price - strike).clamp(min=0.0)),
            "ends": Dirichlet(V=self._exact),
        }

    def residual(self, jet: Jet) -> dict[str, torch.Tensor]:
        """Gain of a hedged portfolio less interest [EUR/year], (N,)."""
        price, v, v_t, v_s, v_ss = jet("S", "V", "V_t", "V_S", "V_SS")  # each (N,)
        spread = self.volatility**2 * price**2 * v_ss / 2
        return {"portfolio": v_t - spread - self.rate * (price * v_s - v)}

    def reference(self, points: torch.Tensor) -> dict[str, torch.Tensor]:
        """Value by the formula [EUR], (N,)."""
        return {"V": self._exact(*points.unbind(1))}

    def _exact(self, price: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        tiny = torch.finfo(price.dtype).tiny  # at S = 0 and t = 0 the formula has limits
        deviation = self.volatility * time.clamp(min=tiny).sqrt()
        drift = torch.log(price.clamp(min=tiny) / self.strike) + self.rate * time
        d_1, d_2 = drift / deviation + deviation / 2, drift / deviation - deviation / 2
        discounted = self.strike * torch.exp(-self.rate * time)
        return price * torch.special.ndtr(d_1) - discounted * torch.special.ndtr(d_2)
