"""Function families by name. A new family is one file and one row here."""

import inspect
import math
from collections.abc import Callable, Mapping

from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.family import Family
from pinn_metakan.families.fourier import Fourier
from pinn_metakan.families.gram import Gram
from pinn_metakan.families.legendre import Legendre
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.wavelet import Wavelet

#: A family that is linear in its coefficients or not.
AnyFamily = Family | EdgeFamily

FAMILIES: dict[str, type[Family] | type[EdgeFamily]] = {
    "bspline": BSpline,
    "rbf": RBF,
    "fourier": Fourier,
    "chebyshev": Chebyshev,
    "legendre": Legendre,
    "gram": Gram,
    "wavelet": Wavelet,
}


def family_maker(name: str, options: Mapping[str, float | str]) -> Callable[[], AnyFamily]:
    """A function that makes a new family of a name, to be called once per layer.

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
    arguments: dict[str, float | str] = {}
    for key, value in options.items():
        if key not in parameters:
            raise LookupError(f"{name} has no option {key!r}; it has {', '.join(parameters)}")
        arguments[key] = _checked_option(f"{name}: {key}", value, parameters[key].annotation)

    def make() -> AnyFamily:
        return FAMILIES[name](**arguments)

    make()  # impossible values show now
    return make


def _checked_option(label: str, value: float | str, kind: type) -> float | str:
    if isinstance(value, str) != (kind is str):
        raise ValueError(
            f"{label} must be {'a name' if kind is str else 'a number'}, got {value!r}"
        )
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        raise ValueError(f"{label} must be finite, got {value}")
    if kind is int and not float(value).is_integer():
        raise ValueError(f"{label} must be a whole number, got {value}")
    return kind(value)
