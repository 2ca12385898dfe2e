"""Codebooks and cut edges."""

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.compression import Codebook, Pruned, pruned, with_codebook
from pinn_metakan.networks.kan import KAN, make_kan, make_metakan
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.shared_metakan import make_shared_metakan


@pytest.fixture(params=[make_kan, make_metakan, make_shared_metakan])
def network(request: pytest.FixtureRequest, generator: Generator) -> KAN:
    made: KAN = request.param((2, 6, 6, 1), RBF, generator)
    return made


def points(generator: Generator) -> Tensor:
    return 2 * torch.rand(40, 2, generator=generator, dtype=torch.float64) - 1


def network_edges(network: KAN) -> int:
    return sum(layer.coefficients()[..., 0].numel() for layer in network.kan_layers)


def test_a_codebook_as_large_as_the_layer_changes_nothing(
    network: KAN, generator: Generator
) -> None:
    x = points(generator)
    small = with_codebook(network, 36)
    assert torch.allclose(small(x), network(x), atol=1e-12)


def test_a_codebook_stores_its_centroids_alone(network: KAN) -> None:
    small = with_codebook(network, 4)
    others = network.baked().n_parameters - network_edges(network) * RBF().size
    assert small.n_parameters - others <= 3 * 4 * RBF().size
    for layer in small.kan_layers:
        w = layer.coefficients().detach().flatten(0, 1)
        assert len(torch.unique(w, dim=0)) <= 4


def test_more_centroids_come_nearer(network: KAN) -> None:
    def gap(m: int) -> float:
        small = with_codebook(network, m)
        pairs = zip(small.kan_layers, network.kan_layers, strict=True)
        gaps = [a.coefficients() - b.coefficients() for a, b in pairs]
        return sum(float(g.detach().square().sum()) for g in gaps)

    assert gap(2) > gap(8) > gap(30)


def test_the_jacobian_of_a_codebook_and_of_cut_edges_equals_autograd(generator: Generator) -> None:
    choices = torch.tensor([[0, 2, 1], [2, 2, 0]])
    book = Codebook(torch.randn(3, 4, generator=generator, dtype=torch.float64), choices)
    kept = torch.tensor([[True, False, True], [True, True, False]])
    for source in (book, Pruned(book, kept)):
        jacobian = torch.randn(5, 2, 3, 4, generator=generator, dtype=torch.float64)
        ((parameter, found),) = source.blocks_in_parameters(jacobian)
        assert parameter is book.centroids
        for row in range(5):
            (expected,) = torch.autograd.grad((jacobian[row] * source()).sum(), parameter)
            assert torch.allclose(found[row], expected.flatten(), atol=1e-13)


def test_the_smallest_edges_are_cut_and_stay_cut(network: KAN) -> None:
    half = pruned(network, 0.5)
    for layer, whole in zip(half.kan_layers, network.kan_layers, strict=True):
        before, after = (c.coefficients().detach().norm(dim=-1) for c in (whole, layer))
        cut = after == 0
        assert int(cut.sum()) == before.numel() // 2
        assert before[cut].max() <= before[~cut].min()
    assert half.n_parameters == network.n_parameters
    own = {id(p) for p in network.parameters()}
    assert not own & {id(p) for p in half.parameters()}  # training it leaves the whole one alone


def test_a_cut_network_goes_on_sharing_its_meta_learner(generator: Generator) -> None:
    for make in (make_metakan, make_shared_metakan):
        shared = make((2, 6, 6, 1), RBF, generator, meta_learners=1)
        assert pruned(shared, 0.3).n_parameters == shared.n_parameters


def test_cut_edges_stay_cut_when_coefficients_are_stored(network: KAN) -> None:
    stored = pruned(network, 0.5).baked()
    assert stored.prompts() == []
    for layer in stored.kan_layers:
        assert int((layer.coefficients().detach().norm(dim=-1) == 0).sum()) > 0


def test_nothing_cut_changes_nothing(network: KAN, generator: Generator) -> None:
    x = points(generator)
    torch.testing.assert_close(pruned(network, 0.0)(x), network(x), rtol=0, atol=1e-13)


def test_impossible_sizes_are_refused(network: KAN) -> None:
    with pytest.raises(ValueError, match="at least one centroid, got 0"):
        with_codebook(network, 0)
    with pytest.raises(ValueError, match=r"in \[0, 1\), got 1.0"):
        pruned(network, 1.0)


def test_a_network_without_edge_functions_is_refused(generator: Generator) -> None:
    for make in (lambda n: with_codebook(n, 4), lambda n: pruned(n, 0.1)):
        with pytest.raises(TypeError, match="expected a KAN or MetaKAN, got MLP"):
            make(MLP((2, 3, 1), generator))
