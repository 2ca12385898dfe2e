"""The leg that stores a MetaKAN's coefficients and trains them as those of a plain KAN."""

from typing import ClassVar

from pinn_metakan.errors import SettingsError
from pinn_metakan.networks.network import Network
from pinn_metakan.runs.legs.leg import Leg


class Untied(Leg):
    """Go on with coefficients that are no longer tied to each other by a meta-learner.

    The MetaKAN is kept as a solution of its own: see docs/decisions/0011-untying.md.
    """

    kept_as: ClassVar[str | None] = "tied"

    def network(self, last: Network) -> Network:
        """Store the coefficients that the last network generates; see `Leg.network`."""
        if not last.is_generated:
            raise SettingsError("untie.steps: only generated coefficients can be untied; set 0")
        return last.baked()
