"""Function families by name. A new family is one file and one row here."""

from collections.abc import Callable, Mapping

from pinn_metakan.errors import look_up
from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.family import Family
from pinn_metakan.families.fourier import Fourier
from pinn_metakan.families.gram import Gram
from pinn_metakan.families.legendre import Legendre
from pinn_metakan.families.options import class_arguments
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


def family_maker(
    name: str,
    options: Mapping[str, float | str],
    own: Callable[..., AnyFamily] | None = None,
) -> Callable[[], AnyFamily]:
    """A function that makes a new family of a name, to be called once per layer.

    Args:
        name: A key of `FAMILIES`, or what messages call a family of the user's own.
        options: Arguments of its class; whole numbers where it wants whole numbers.
        own: Makes the user's own family, None for one of the table.

    Returns:
        A function without arguments.

    Raises:
        LookupError: If there is no such family or option; the message lists those that exist.
        ValueError: If an option has an impossible value.
    """
    kind = look_up(FAMILIES, name, "family") if own is None else own
    arguments = class_arguments(name, kind, options)

    def make() -> AnyFamily:
        return kind(**arguments)

    make()  # impossible values show now
    return make
