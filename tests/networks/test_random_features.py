"""Random features: fixed, inside the domain, of a spread that is chosen."""

import pytest
import torch
from torch import Generator

from pinn_metakan.derivatives.taylor import VALUES
from pinn_metakan.networks.random_features import SPREADS, RandomFeatures
from pinn_metakan.networks.table import build_network
from pinn_metakan.settings.networks import NETWORK_SETTINGS


@pytest.mark.parametrize(("count", "outputs"), [(500, 1), (30, 3)])
def test_the_last_layer_alone_is_counted(count: int, outputs: int) -> None:
    network = RandomFeatures([2, count, outputs], 1.0, Generator().manual_seed(0))
    assert network.n_parameters == (count + 1) * outputs
    assert list(network.parameters()) == network.chain()[-1].linear_parameters()


def test_several_widths_are_added_up(generator: Generator) -> None:
    settings = NETWORK_SETTINGS["features"].model_validate({"widths": [5, 4]})
    assert build_network(2, 1, settings, generator).widths == (2, 9, 1)


def test_features_change_their_sign_inside_the_domain(generator: Generator) -> None:
    layer = RandomFeatures([3, 40, 1], 2.0, generator).layer
    assert layer.centers.abs().max() <= 1
    features = layer.prepare(VALUES, layer.centers.unsqueeze(0))[0, :, :-1]
    assert features.diagonal().abs().max() < 1e-13


def test_alternatives_have_the_same_features_of_other_spreads(generator: Generator) -> None:
    network = RandomFeatures([2, 7, 1], 0.0, generator)
    found = network.alternatives()
    assert [float(other.layer.spread) for other in found] == list(SPREADS)
    assert all(torch.equal(other.layer.centers, network.layer.centers) for other in found)
    assert all(other.alternatives() == () for other in found)
    assert RandomFeatures([2, 7, 1], 3.0, generator).alternatives() == ()
    x = torch.rand(5, 2, generator=generator, dtype=torch.float64)
    middle = found[len(found) // 2]
    assert torch.equal(middle(x), network(x))
    assert not torch.equal(found[0](x), network(x))


def test_the_description_tells_the_spread(generator: Generator) -> None:
    assert RandomFeatures([2, 7, 1], 0.0, generator).describe().endswith("spread open")
    assert RandomFeatures([2, 7, 1], 0.5, generator).describe().endswith("spread 0.5")
