"""Weights that stay as settings give them."""

from pinn_metakan.losses.balancing.balance import Balance
from pinn_metakan.losses.objective import Objective


class FixedWeights(Balance):
    """Weights that stay as they are."""

    def factors(self, objective: Objective) -> dict[str, float]:
        """None; see `Balance.factors`."""
        return {}
