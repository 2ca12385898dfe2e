"""Balances by the names that settings have for them."""

from collections.abc import Callable

from pinn_metakan.losses.balancing.balance import Balance
from pinn_metakan.losses.balancing.fixed import FixedWeights
from pinn_metakan.losses.balancing.gradient_norm import GradientNorm
from pinn_metakan.losses.balancing.tangent_kernel import TangentKernel

#: Value of ``loss.balance`` -> what makes the balance.
BALANCES: dict[str, Callable[[], Balance]] = {
    "fixed": FixedWeights,
    "gradient": GradientNorm,
    "ntk": TangentKernel,
}
