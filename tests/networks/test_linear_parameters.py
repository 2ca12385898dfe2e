"""What a layer calls linear is: outputs are affine in it."""

import pytest
import torch
from torch import Generator

from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.wavelet import Wavelet
from pinn_metakan.networks.kan import make_kan, make_metakan
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.random_features import RandomFeatures
from pinn_metakan.networks.shared_metakan import make_shared_metakan

WIDTHS = (2, 5, 3)


def networks() -> dict[str, Network]:
    generator = Generator().manual_seed(0)
    return {
        "mlp": MLP(WIDTHS, generator),
        "kan": make_kan(WIDTHS, RBF, generator),
        "shared": make_shared_metakan(WIDTHS, lambda: Chebyshev(3), generator),
        "features": RandomFeatures(WIDTHS, 1.0, generator),
    }


@pytest.mark.parametrize("name", networks())
@torch.no_grad()
def test_outputs_are_affine_in_linear_parameters(name: str) -> None:
    network = networks()[name]
    found = network.chain()[-1].linear_parameters()
    assert found
    x = torch.linspace(-1, 1, 14, dtype=torch.float64).view(7, 2)
    start = [parameter.clone() for parameter in found]
    outputs = []
    for step in (0.0, 1.0, 2.0):
        for parameter, value in zip(found, start, strict=True):
            parameter.copy_(value + step * torch.cos(value))
        outputs.append(network(x))
    assert (outputs[1] - outputs[0]).abs().max() > 1e-3
    assert torch.allclose(outputs[2] - outputs[1], outputs[1] - outputs[0], atol=1e-12)


def test_generated_and_nonlinear_edges_have_none(generator: Generator) -> None:
    for network in (make_metakan(WIDTHS, RBF, generator), make_kan(WIDTHS, Wavelet, generator)):
        assert network.chain()[-1].linear_parameters() == []
