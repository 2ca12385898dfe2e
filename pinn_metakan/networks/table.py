"""Networks by name."""

from collections.abc import Callable

from torch import Generator

from pinn_metakan.errors import SettingsError
from pinn_metakan.families.table import family_maker
from pinn_metakan.networks.kan import kan, metakan
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.network import Network
from pinn_metakan.settings import KANSettings, MetaKANSettings, MLPSettings, Section


def _metakan(inputs: int, outputs: int, settings: Section, generator: Generator) -> Network:
    assert isinstance(settings, MetaKANSettings)
    return metakan(
        [inputs, *settings.widths, outputs],
        family_maker(settings.family, settings.options),
        generator,
        bounded=settings.bounded,
        prompt_dimension=settings.prompt_dimension,
        hidden_width=settings.hidden_width,
        hidden_function=settings.hidden_function,
        frequency=settings.frequency,
        shared=settings.shared,
    )


def _kan(inputs: int, outputs: int, settings: Section, generator: Generator) -> Network:
    assert isinstance(settings, KANSettings)
    family = family_maker(settings.family, settings.options)
    return kan([inputs, *settings.widths, outputs], family, generator, bounded=settings.bounded)


def _mlp(inputs: int, outputs: int, settings: Section, generator: Generator) -> Network:
    assert isinstance(settings, MLPSettings)
    return MLP([inputs, *settings.widths, outputs], generator)


#: Name -> (inputs, outputs, settings of that network, generator) -> the network.
NETWORKS: dict[str, Callable[[int, int, Section, Generator], Network]] = {
    "metakan": _metakan,
    "kan": _kan,
    "mlp": _mlp,
}


def build_network(
    name: str, inputs: int, outputs: int, settings: Section, generator: Generator
) -> Network:
    """Build a network by its name.

    Args:
        name: A key of `NETWORKS`.
        inputs: Number of features.
        outputs: Number of unknowns.
        settings: Settings of that network.
        generator: CPU generator of the random start.

    Returns:
        The network, float64 on the CPU.

    Raises:
        SettingsError: If a setting names nothing that exists or has an impossible value.
    """
    try:
        return NETWORKS[name](inputs, outputs, settings, generator)
    except (LookupError, ValueError) as error:
        raise SettingsError(f"network: {error}") from error
