"""Legs that go on with a larger network, whose outputs are those of the last one."""

from collections.abc import Callable, Mapping, Sequence

from torch import Generator

from pinn_metakan.errors import SettingsError
from pinn_metakan.families.table import family_maker
from pinn_metakan.networks.growth import enriched, lifted, refined, released, widened
from pinn_metakan.networks.network import Network
from pinn_metakan.runs.legs.leg import Leg

#: Seed of the units that a network is widened by.
_SEED = 0


class Lifted(Leg):
    """Go on with tanh layers whose functions are learned.

    Args:
        family: What the functions are made of.
        options: Options of the family.
        functions: E, functions of a layer; the first begins as tanh.
    """

    def __init__(self, family: str, options: Mapping[str, float | str], functions: int):
        self._family, self._options, self._functions = family, options, functions

    def network(self, last: Network) -> Network:
        """Make a MetaKAN of an MLP; see `Leg.network`."""
        return _grown(
            "lift",
            lambda: lifted(last, family_maker(self._family, self._options), self._functions),
        )


class Released(Leg):
    """Go on with functions that are learned, no longer held."""

    def network(self, last: Network) -> Network:
        """Make parameters of the functions; see `Leg.network`."""
        return _grown("release", lambda: released(last))


class Enriched(Leg):
    """Go on with more functions that the edges of a layer share.

    Args:
        functions: How many more.
    """

    def __init__(self, functions: int):
        self._functions = functions

    def network(self, last: Network) -> Network:
        """Add functions; see `Leg.network`."""
        return _grown("enrich", lambda: enriched(last, self._functions))


class Refined(Leg):
    """Go on with edge functions that are made of another family, such as one of more terms.

    Args:
        family: The family.
        options: Options of the family.
    """

    def __init__(self, family: str, options: Mapping[str, float | str]):
        self._family, self._options = family, options

    def network(self, last: Network) -> Network:
        """Fit the functions by those of the family; see `Leg.network`."""
        return _grown("refine", lambda: refined(last, family_maker(self._family, self._options)))


class Widened(Leg):
    """Go on with more units in the hidden layers.

    Args:
        widths: Hidden widths; half as many units again if empty.
    """

    def __init__(self, widths: Sequence[int]):
        self._widths = list(widths)

    def network(self, last: Network) -> Network:
        """Add units; see `Leg.network`."""
        widths = self._widths or [-(-3 * width // 2) for width in last.widths[1:-1]]
        generator = Generator().manual_seed(_SEED)
        return _grown("widen", lambda: widened(last, widths, generator))


def _grown(stage: str, make: Callable[[], Network]) -> Network:
    try:
        return make()
    except (LookupError, TypeError, ValueError) as error:
        raise SettingsError(f"{stage}.steps: {error}; set 0 to leave it out") from error
