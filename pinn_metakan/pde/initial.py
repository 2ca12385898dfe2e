"""The condition at the first time."""

from collections.abc import Mapping, Sequence

from torch import Generator, Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet, sample_initial
from pinn_metakan.pde.condition import Condition, HardData, Place, check_values
from pinn_metakan.pde.data import Data, arguments_at, evaluate_data


class FirstTime(Place):
    """All of space at the first time."""

    is_first_time = True

    def check(self, variables: Variables, domain: Domain) -> None:
        """Check that there is a time."""
        if variables.time_axis is None:
            raise ValueError("Initial needs a domain with time: SpaceTime(space, start, end)")

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw points of space at the first time."""
        return sample_initial(domain, count, sequence, generator)


class Initial(Condition):
    """The values at the first time and, for an equation of second order in time, the velocity.

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
        velocities: tuple[str, ...] = ()
        if variables.time_axis is not None:
            time = variables.coordinates[-1]
            velocities = tuple(f"{name}_{time}" for name in variables.unknowns)
        check_values("Initial", self.values, variables.unknowns + velocities)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        """Evaluate u - u_0 and u_t - v_0, (N,) each."""
        arguments = arguments_at(variables, at.points)[:-1]
        return {
            name: jet(name) - evaluate_data(data, arguments, f"the initial value of {name}")
            for name, data in self.values.items()
        }

    def hard_data(self, variables: Variables) -> Sequence[HardData]:
        """List the values and the velocities."""
        time = variables.coordinates[-1]
        names = {name: (name, False) for name in variables.unknowns}
        names |= {f"{name}_{time}": (name, True) for name in variables.unknowns}
        found = []
        for key, data in self.values.items():
            unknown, is_velocity = names[key]
            found.append(HardData(unknown, data, key, is_velocity))
        return found
