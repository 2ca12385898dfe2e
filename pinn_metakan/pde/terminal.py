"""The condition at the last time."""

from collections.abc import Mapping, Sequence

from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet, sample_at_time
from pinn_metakan.pde.condition import Condition, HardData, Place
from pinn_metakan.pde.data import Data
from pinn_metakan.pde.time_data import check_time, check_time_data, time_hard_data, time_residual


class LastTime(Place):
    """All of space at the last time; where time is the only coordinate, its last point."""

    is_last_time = True

    def check(self, variables: Variables, domain: Domain) -> None:
        """Check that there is a time."""
        check_time("Terminal", variables)

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw points of space at the last time."""
        return sample_at_time(domain, domain.bounds[-1][1], count, sequence, generator)


class Terminal(Condition):
    """The values and velocities at the last time.

    They hold by construction where nothing is prescribed at the first time, and are in the loss
    beside an `Initial` of the same unknown.

    Args:
        **values: As for `Initial`.
    """

    region = "initial"

    def __init__(self, **values: Data):
        self.values: Mapping[str, Data] = values
        self.place = LastTime()

    def check_names(self, variables: Variables) -> None:
        """Check the unknowns, their derivatives in time, and the values."""
        check_time_data("Terminal", self.values, variables)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate u - u_T and u_t - v_T, (N,) each."""
        return time_residual(self.values, jet, at, variables, "terminal")

    def hard_data(self, variables: Variables) -> Sequence[HardData]:
        """List the values and the velocities."""
        return time_hard_data(self.values, variables)
