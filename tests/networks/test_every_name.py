"""Every name, dense and convolutional: its count, a step of training, baking, saving, loading."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Generator, nn

from pinn_metakan.networks.convolution.classifier import ConvClassifier, conv_classifier
from pinn_metakan.networks.convolution.table import CONVOLUTIONS, conv_settings
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.table import build_network
from pinn_metakan.settings.networks import (
    NETWORK_SETTINGS,
    MetaKANSettings,
    SharedMetaKANSettings,
)

WIDTHS = (2, 5, 4, 1)
CHANNELS, CLASSES = (1, 3, 4), 5
#: Coefficients per edge, and parameters that each layer's functions have of their own.
EDGES: dict[str, tuple[int, int]] = {
    "kan": (6, 0),  # 5 Gaussians, SiLU
    "splinekan": (5 + 3 + 1, 0),  # G + k splines, SiLU
    "fastkan": (8 + 1, 0),  # 8 Gaussians, SiLU
    "wavkan": (3, 0),  # scale, translation, weight
    "chebykan": (4 + 1, 0),  # degree 4
    "kaln": (3 + 2, 0),  # degree 3, SiLU
    "kagn": (3 + 2, 2),  # degree 3, SiLU; the recurrence has degree - 1
    "metakan": (5, 0),  # degrees 1 to 5
    "fourierkan": (9, 0),  # 4 frequencies, sine and cosine, and SiLU
}


def stored_parameters(name: str, edges: int, layers: int) -> int:
    """Parameters of the edges of all layers, if they are stored."""
    plain = {"metakan": name, "metakan-sine": "kan"}.get(name, name.removeprefix("meta"))
    assert plain in EDGES, f"count the coefficients of {plain} by hand, and add a row to EDGES"
    size, own = EDGES[plain]
    return edges * size + layers * own


def edge_parameters(name: str, edges: int, layers: int) -> int:
    """Parameters of the edges of all layers, one meta-learner per layer."""
    settings = NETWORK_SETTINGS[name]()
    size = stored_parameters(name, 1, 0)
    if isinstance(settings, SharedMetaKANSettings):
        return settings.prompt_dimension * (edges + layers * size)
    if not isinstance(settings, MetaKANSettings):
        return stored_parameters(name, edges, layers)
    e, h = settings.prompt_dimension, settings.hidden_width
    own = stored_parameters(name, 0, layers)
    return e * edges + layers * (e * h + h + h * size + size) + own


def dense(name: str, generator: Generator) -> Network:
    settings = NETWORK_SETTINGS[name].model_validate({"widths": list(WIDTHS[1:-1])})
    return build_network(WIDTHS[0], WIDTHS[-1], settings, generator)


def assert_trains_and_comes_back(
    network: nn.Module, again: nn.Module, x: torch.Tensor, folder: Path
) -> None:
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = (network(x) - 1).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0]
    assert all(p.grad is not None and bool(p.grad.any()) for p in network.parameters())
    network.eval()
    again.eval()
    with torch.no_grad():
        assert not torch.equal(again(x), network(x))
        save_file(network.state_dict(), folder / "network.safetensors")
        again.load_state_dict(load_file(folder / "network.safetensors"))
        assert torch.equal(again(x), network(x))


@pytest.mark.parametrize("name", sorted({*NETWORK_SETTINGS} - {"mlp", "features"}))
def test_a_dense_network(name: str, generator: Generator, tmp_path: Path) -> None:
    network, again = dense(name, generator), dense(name, generator)
    edges, layers, others = sum(a * b for a, b in pairwise(WIDTHS)), len(WIDTHS) - 1, 0
    if name == "metakan":  # its first layer is linear, and it has biases
        linear = WIDTHS[0] * WIDTHS[1]
        edges, layers, others = edges - linear, layers - 1, linear + sum(WIDTHS[1:])
    assert network.n_parameters == others + edge_parameters(name, edges, layers)
    x = 2 * torch.rand(30, 2, generator=generator, dtype=torch.float64) - 1
    assert_trains_and_comes_back(network, again, x, tmp_path)
    baked = network.baked()
    with torch.no_grad():
        assert torch.allclose(baked(x), network(x), atol=1e-13)
    assert baked.n_parameters == others + stored_parameters(name, edges, layers)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_a_convolutional_network(name: str, generator: Generator, tmp_path: Path) -> None:
    network, again = (conv_classifier(name, CHANNELS, CLASSES, generator) for _ in range(2))
    edges = 9 * sum(a * b for a, b in pairwise(CHANNELS))
    norms_and_head = 2 * sum(CHANNELS[1:]) + (CHANNELS[-1] + 1) * CLASSES

    def count(of: ConvClassifier) -> int:
        return sum(p.numel() for p in of.parameters()) - norms_and_head

    layers = len(CHANNELS) - 1
    assert count(network) == edge_parameters(CONVOLUTIONS[name], edges, layers)
    assert conv_settings(name) == NETWORK_SETTINGS[CONVOLUTIONS[name]]()
    x = torch.randn(6, 1, 8, 8, generator=generator, dtype=torch.float64)
    assert_trains_and_comes_back(network, again, x, tmp_path)
    baked = network.baked()
    assert not baked.training
    assert not baked.prompts()
    with torch.no_grad():
        assert torch.allclose(baked(x), network(x), atol=1e-12)
    assert count(baked) == stored_parameters(CONVOLUTIONS[name], edges, layers)
