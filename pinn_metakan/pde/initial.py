"""The condition at the first time."""

from collections.abc import Mapping, Sequence

from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet, sample_at_time
from pinn_metakan.pde.condition import Condition, HardData, Place
from pinn_metakan.pde.data import Data
from pinn_metakan.pde.time_data import check_time, check_time_data, time_hard_data, time_residual


class FirstTime(Place):
    """All of space at the first time; where time is the only coordinate, its first point."""

    is_first_time = True

    def check(self, variables: Variables, domain: Domain) -> None:
        """Check that there is a time."""
        check_time("Initial", variables)

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw points of space at the first time."""
        return sample_at_time(domain, domain.bounds[-1][0], count, sequence, generator)


class Initial(Condition):
    """The values at the first time and, for an equation of second order in time, the velocity.

    Where time is the only coordinate, as in an ordinary differential equation on
    ``Interval(start, end)``, they are numbers.

    Args:
        **values: For each unknown a number or a function of the space coordinates [unit of u];
            ``u_t=...`` gives the velocity [unit of u over unit of time].
    """

    region = "initial"

    def __init__(self, **values: Data):
        self.values: Mapping[str, Data] = values
        self.place = FirstTime()

    def check_names(self, variables: Variables) -> None:
        """Check the unknowns, their derivatives in time, and the values."""
        check_time_data("Initial", self.values, variables)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate u - u_0 and u_t - v_0, (N,) each."""
        return time_residual(self.values, jet, at, variables, "initial")

    def hard_data(self, variables: Variables) -> Sequence[HardData]:
        """List the values and the velocities."""
        return time_hard_data(self.values, variables)
