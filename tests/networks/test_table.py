"""Networks by name."""

import pytest
from torch import Generator

from pinn_metakan.errors import SettingsError
from pinn_metakan.networks.table import build_network
from pinn_metakan.settings.networks import NETWORK_SETTINGS, MetaKANSettings


def test_each_name_has_settings_and_builds(generator: Generator) -> None:
    for section in NETWORK_SETTINGS.values():
        network = build_network(3, 2, section(), generator)
        assert (network.widths[0], network.widths[-1]) == (3, 2)
        assert network.describe()


def test_a_wrong_hidden_function_is_refused(generator: Generator) -> None:
    settings = MetaKANSettings(hidden_function="cosine")
    with pytest.raises(SettingsError, match="relu, tanh, silu, sine"):
        build_network(2, 1, settings, generator)
