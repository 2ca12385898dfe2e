"""Networks from their settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from inspect import signature
from types import MappingProxyType
from typing import Any

from torch import Generator

from pinn_metakan.errors import SettingsError
from pinn_metakan.families.options import class_arguments
from pinn_metakan.families.table import family_maker
from pinn_metakan.networks.kan import make_kan, make_metakan
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.random_features import RandomFeatures
from pinn_metakan.networks.shared_metakan import make_shared_metakan
from pinn_metakan.settings.networks import (
    NETWORK_SETTINGS,
    FeaturesSettings,
    KANSettings,
    MetaKANSettings,
    MLPSettings,
    OwnNetworkSettings,
    Section,
    SharedMetaKANSettings,
)

#: The setting that names a class of the user's own -> what makes it.
OwnClasses = Mapping[str, Callable[..., Any]]


@singledispatch
def _built(
    settings: Section, inputs: int, outputs: int, generator: Generator, own: OwnClasses
) -> Network:
    """Build a network; which one is told by the class of its settings."""
    raise TypeError(f"no network has settings such as {settings!r}")


@_built.register
def _(
    settings: MetaKANSettings, inputs: int, outputs: int, generator: Generator, own: OwnClasses
) -> Network:
    return make_metakan(
        [inputs, *settings.widths, outputs],
        family_maker(settings.family, settings.options, own.get("network.family")),
        generator,
        bounded=settings.bounded,
        prompt_dimension=settings.prompt_dimension,
        hidden_width=settings.hidden_width,
        hidden_function=settings.hidden_function,
        frequency=settings.frequency,
        meta_learners=settings.meta_learners,
    )


@_built.register
def _(
    settings: SharedMetaKANSettings,
    inputs: int,
    outputs: int,
    generator: Generator,
    own: OwnClasses,
) -> Network:
    return make_shared_metakan(
        [inputs, *settings.widths, outputs],
        family_maker(settings.family, settings.options, own.get("network.family")),
        generator,
        bounded=settings.bounded,
        prompt_dimension=settings.prompt_dimension,
        meta_learners=settings.meta_learners,
        is_held=settings.held,
    )


@_built.register
def _(
    settings: KANSettings, inputs: int, outputs: int, generator: Generator, own: OwnClasses
) -> Network:
    family = family_maker(settings.family, settings.options, own.get("network.family"))
    return make_kan(
        [inputs, *settings.widths, outputs], family, generator, bounded=settings.bounded
    )


@_built.register
def _(
    settings: MLPSettings, inputs: int, outputs: int, generator: Generator, own: OwnClasses
) -> Network:
    return MLP([inputs, *settings.widths, outputs], generator)


@_built.register
def _(
    settings: FeaturesSettings, inputs: int, outputs: int, generator: Generator, own: OwnClasses
) -> Network:
    return RandomFeatures([inputs, sum(settings.widths), outputs], settings.spread, generator)


@_built.register
def _(
    settings: OwnNetworkSettings, inputs: int, outputs: int, generator: Generator, own: OwnClasses
) -> Network:
    make = own["network"]
    handed = list(signature(make).parameters)[:3]
    options = class_arguments(make.__name__, make, settings.options, handed)
    network = make(inputs, outputs, generator, **options)
    assert isinstance(network, Network)
    return network


def build_network(
    inputs: int,
    outputs: int,
    settings: Section,
    generator: Generator,
    own: OwnClasses = MappingProxyType({}),
) -> Network:
    """Build the network that settings describe.

    Args:
        inputs: Number of features.
        outputs: Number of unknowns.
        settings: Settings of a network.
        generator: CPU generator of the random start.
        own: Classes of the user's own that settings name.

    Returns:
        The network, float64 on the CPU.

    Raises:
        SettingsError: If a setting names nothing that exists or has an impossible value.
        TypeError: If no network has settings of this kind.
    """
    try:
        return _built(settings, inputs, outputs, generator, own)
    except (LookupError, ValueError) as error:
        raise SettingsError(f"network: {error}") from error


@dataclass(frozen=True)
class NetworkEntry:
    """A network that can be chosen by its name.

    Args:
        name: A key of `NETWORK_SETTINGS`, or the name of a convolution.
        n_parameters: Trainable parameters.
        edge_coefficients: D, None for a network without edge functions.
        description: What it is made of.
    """

    name: str
    n_parameters: int
    edge_coefficients: int | None
    description: str


def list_networks(widths: Sequence[int]) -> list[NetworkEntry]:
    """List the networks by name, of given widths.

    Args:
        widths: Inputs, hidden widths and outputs.

    Returns:
        One entry per name; none for a network that cannot have these widths.
    """
    entries = []
    inputs, *hidden, outputs = widths
    for name, section in NETWORK_SETTINGS.items():
        settings = section.model_validate({"widths": hidden})
        try:
            network = build_network(inputs, outputs, settings, Generator().manual_seed(0))
        except SettingsError:
            continue
        size = network.edge_coefficients
        entries.append(NetworkEntry(name, network.n_parameters, size, network.describe()))
    return entries
