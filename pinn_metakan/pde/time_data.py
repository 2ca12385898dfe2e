"""Values and velocities that are prescribed at one time, in all of space."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.pde.condition import HardData, check_values
from pinn_metakan.pde.data import Data, arguments_in_space, evaluate_data


def check_time(kind: str, variables: Variables) -> None:
    """Refuse a condition at a time where there is no time.

    Args:
        kind: What the condition is called.
        variables: The names.

    Raises:
        ValueError: If there are several coordinates, and none of them is time.
    """
    if variables.evolution_axis is None:
        raise ValueError(
            f"{kind} needs a domain with time, SpaceTime(space, start, end), or one whose only "
            "coordinate is time, such as Interval(start, end)"
        )


def check_time_data(kind: str, values: Mapping[str, Data], variables: Variables) -> None:
    """Refuse what is no unknown and no velocity, and values that are none.

    Args:
        kind: What the condition is called.
        values: What it prescribes, by name.
        variables: The names.

    Raises:
        ValueError: With one line that says what does not fit.
    """
    check_time(kind, variables)
    check_values(kind, values, tuple(_meanings(variables)))
    for name, data in values.items():
        if variables.dimension == 1 and callable(data):
            raise ValueError(
                f"{kind}: {name} must be a number, there is no coordinate of space that it could "
                "be a function of"
            )


def time_residual(
    values: Mapping[str, Data], jet: Jet, at: PointSet, variables: Variables, kind: str
) -> dict[str, Tensor]:
    """Evaluate u - u_0 and u_t - v_0, (N,) each.

    Args:
        values: What is prescribed, by name.
        jet: Values at the points.
        at: The points, all at one time.
        variables: The names.
        kind: What the values are called in messages, such as "initial".

    Returns:
        A tensor for each name.
    """
    arguments = arguments_in_space(variables, at.points)
    return {
        name: jet(name) - evaluate_data(data, arguments, f"the {kind} value of {name}")
        for name, data in values.items()
    }


def time_hard_data(values: Mapping[str, Data], variables: Variables) -> Sequence[HardData]:
    """List values and velocities as data that can be satisfied by construction."""
    meanings = _meanings(variables)
    return [HardData(meanings[key][0], data, key, meanings[key][1]) for key, data in values.items()]


def _meanings(variables: Variables) -> dict[str, tuple[str, bool]]:
    """What may be prescribed: its name, the unknown, and whether it is the velocity."""
    time = variables.coordinates[-1]
    names = {name: (name, False) for name in variables.unknowns}
    return names | {f"{name}_{time}": (name, True) for name in variables.unknowns}
