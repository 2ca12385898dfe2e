"""A leg: a part of a run that trains one network on one set of points."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from torch import Tensor

from pinn_metakan.networks.network import Network
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.problem import Problem
from pinn_metakan.settings.sections import PointSettings

#: Takes points (N, d), returns values of all unknowns, (N, m).
Field = Callable[[Tensor], Tensor]


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

    def problem(self, whole: Formulation, last: Field) -> Problem | None:
        """Make the problem of this leg, if it is another than that of the leg before.

        Args:
            whole: The problem of the run.
            last: The field of the leg before, (N, d) -> (N, m), to be differentiated.

        Returns:
            A part of the problem of the run; None, as here, to go on with the last one.
        """
        return None

    def points(self, last: PointSettings) -> PointSettings:
        """How the points of this leg are drawn; where nothing changes, the last points are kept."""
        return last
