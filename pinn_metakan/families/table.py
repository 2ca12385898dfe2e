"""Function families by name. A new family is one file and one row here."""

import inspect
from collections.abc import Callable, Mapping

from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.family import Family
from pinn_metakan.families.fourier import Fourier
from pinn_metakan.families.rbf import RBF

FAMILIES: dict[str, type[Family]] = {"bspline": BSpline, "fourier": Fourier, "rbf": RBF}


def family_maker(name: str, options: Mapping[str, float]) -> Callable[[], Family]:
    """Give what makes a family, one for each layer.

    Args:
        name: A key of `FAMILIES`.
        options: Arguments of its class; whole numbers where it wants whole numbers.

    Returns:
        A function without arguments.

    Raises:
        LookupError: If there is no such family or option; the message lists those that exist.
        ValueError: If an option has an impossible value.
    """
    if name not in FAMILIES:
        raise LookupError(f"no family {name!r}; choose one of {', '.join(FAMILIES)}")
    parameters = inspect.signature(FAMILIES[name]).parameters
    arguments: dict[str, float] = {}
    for key, value in options.items():
        if key not in parameters:
            raise LookupError(f"{name} has no option {key!r}; it has {', '.join(parameters)}")
        if parameters[key].annotation is int:
            if value != int(value):
                raise ValueError(f"{name}: {key} must be a whole number, got {value}")
            value = int(value)
        arguments[key] = value

    def make() -> Family:
        return FAMILIES[name](**arguments)

    make()  # impossible values show now
    return make
