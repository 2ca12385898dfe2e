"""Networks: weights made once, edges summed, inputs kept in range, the same from a seed."""

import pytest
import torch
from torch import Generator

from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.coefficients.coefficients import Stored
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.kan import KAN, make_kan, make_metakan
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.network import Network


def make_networks(generator: Generator) -> dict[str, Network]:
    return {
        "kan": make_kan((2, 5, 3), RBF, generator),
        "metakan": make_metakan((2, 5, 3), BSpline, generator),
        "mlp": MLP((2, 5, 3), generator),
    }


@pytest.mark.parametrize("name", ["kan", "metakan", "mlp"])
def test_evaluating_with_given_weights_equals_a_fresh_call(name: str, generator: Generator) -> None:
    network = make_networks(generator)[name]
    x = torch.rand(11, 2, generator=generator, dtype=torch.float64)
    assert network(x).shape == (11, 3)
    assert torch.equal(network(x), network.evaluate(x, network.weights()))


def test_a_kan_layer_sums_its_edges(generator: Generator) -> None:
    w = torch.randn(2, 3, RBF().size, generator=generator, dtype=torch.float64)
    x = torch.rand(4, 3, generator=generator, dtype=torch.float64)
    expected = torch.einsum("nid,oid->no", RBF().derivatives(x, 0)[0], w)
    layer = KANLinear(RBF(), Stored(w), bounded=False)
    assert torch.allclose(layer(x), expected, atol=1e-14)
    assert torch.allclose(KAN([layer], (3, 2), "one layer")(x), expected, atol=1e-14)


@pytest.mark.parametrize("family", [RBF, BSpline])
def test_hidden_layers_keep_their_inputs_in_reach(
    family: type[RBF] | type[BSpline], generator: Generator
) -> None:
    network = make_kan((2, 6, 6, 1), family, generator)
    with torch.no_grad():
        for p in network.parameters():
            p.mul_(1e3)  # as large as training may ever make them
    seen: list[float] = []

    def watched(x: torch.Tensor, order: int) -> list[torch.Tensor]:
        seen.append(float(x.detach().abs().max()))
        return family().derivatives(x, order)

    for layer in network.chain():
        layer.family.derivatives = watched  # type: ignore[assignment]
    network(2 * torch.rand(50, 2, generator=generator, dtype=torch.float64) - 1)
    assert len(seen) == 3
    assert max(seen) <= family().reach


def test_prompts_are_those_of_all_layers(generator: Generator) -> None:
    network = make_metakan((2, 3, 1), RBF, generator, prompt_dimension=4)
    assert [tuple(p.shape) for p in network.prompts()] == [(3, 2, 4), (1, 3, 4)]
    assert make_kan((2, 3, 1), RBF, generator).prompts() == []


def test_the_same_seed_gives_the_same_network() -> None:
    first, second = (make_metakan((2, 3, 1), RBF, Generator().manual_seed(5)) for _ in range(2))
    assert all(
        torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True)
    )


def test_layers_of_a_kan_are_its_modules(generator: Generator) -> None:
    network = make_kan((2, 3, 1), RBF, generator)
    assert isinstance(network, KAN)
    assert [layer.bounded for layer in network.layers] == [False, True]
