"""A leg: a part of a run that trains one network on one set of points."""

from abc import ABC, abstractmethod
from typing import ClassVar

from pinn_metakan.networks.network import Network
from pinn_metakan.settings.sections import PointSettings


class Leg(ABC):
    """How a leg begins where the leg before has ended.

    A stage whose row in `STAGES` names a kind of leg begins it; the stages after it belong to it.

    Attributes:
        kept_as: The folder, inside that of the run, that keeps what the leg before ended with, as
            a solution of its own; None for nothing.
    """

    kept_as: ClassVar[str | None] = None

    @abstractmethod
    def network(self, last: Network) -> Network:
        """Make the network of this leg from that of the leg before, which stays as it is.

        Args:
            last: The network of the leg before, trained.

        Returns:
            The network to go on with.

        Raises:
            SettingsError: If it cannot be made from such a network.
        """

    def points(self, last: PointSettings) -> PointSettings:
        """How the points of this leg are drawn; where nothing changes, the last points are kept."""
        return last
