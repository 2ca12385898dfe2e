"""Balances by the names that settings have for them."""

from collections.abc import Callable

from pinn_metakan.losses.balancing.balance import Balance
from pinn_metakan.losses.balancing.fixed import FixedWeights
from pinn_metakan.losses.balancing.gradient_norm import GradientNorm
from pinn_metakan.losses.balancing.tangent_kernel import TangentKernel
from pinn_metakan.optimizers.communicator import Communicator

#: Value of ``loss.balance`` -> what makes the balance.
BALANCES: dict[str, Callable[[Communicator], Balance]] = {
    "fixed": lambda communicator: FixedWeights(),
    "gradient": GradientNorm,
    "ntk": TangentKernel,
}
