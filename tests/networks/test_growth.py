"""Networks made larger: their outputs and derivatives stay the same."""

from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.wavelet import Wavelet
from pinn_metakan.networks.growth import enriched, lifted, refined, released, widened
from pinn_metakan.networks.kan import make_kan, make_metakan
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.shared_metakan import make_shared_metakan

WIDTHS = (2, 5, 4, 2)
Grow = Callable[[Network], Network]


def chebyshev(degree: int = 5) -> Callable[[], Chebyshev]:
    return lambda: Chebyshev(degree, lowest=1)


def mlp(generator: Generator) -> Network:
    return MLP(WIDTHS, generator)


def shared(generator: Generator) -> Network:
    return make_shared_metakan(WIDTHS, chebyshev(), generator, 2)


def held(generator: Generator) -> Network:
    return make_shared_metakan(WIDTHS, chebyshev(), generator, 2, is_held=True)


def held_clustered(generator: Generator) -> Network:
    return make_shared_metakan(WIDTHS, chebyshev(), generator, 1, meta_learners=1, is_held=True)


def clustered(generator: Generator) -> Network:
    return make_shared_metakan(WIDTHS, chebyshev(), generator, 1, meta_learners=1)


def stored(generator: Generator) -> Network:
    return make_kan(WIDTHS, chebyshev(), generator)


def wide(network: Network) -> Network:
    return widened(network, [7, 6], Generator().manual_seed(1))


def jets_of(network: Network) -> Tensor:
    x = torch.linspace(-1, 1, 22, dtype=torch.float64).view(11, 2)
    space = JetSpace([Derivative(0, (0, 0)), Derivative(0, (0, 1))])
    inputs = torch.zeros(len(space), 11, 2, dtype=torch.float64)
    inputs[0] = x
    inputs[1, :, 0] = inputs[2, :, 1] = 1.0
    weights = network.weights()
    first = network.chain()[0].prepare(space, inputs)
    return network.evaluate_jets(space, first, weights)[-1].detach()


@pytest.mark.parametrize(
    ("make", "grow", "more"),
    [
        (mlp, lambda n: lifted(n, chebyshev()), 2 * 5),
        (mlp, lambda n: lifted(n, chebyshev(), 2), 2 * 2 * 5 + 5 * 4 + 4 * 2),
        (mlp, wide, (2 * 7 + 7 * 6 + 6 * 2 + 7 + 6) - (2 * 5 + 5 * 4 + 4 * 2 + 5 + 4)),
        (shared, enriched, 2 * 5 + 5 * 4 + 4 * 2),
        (shared, lambda n: enriched(n, 2), 2 * (2 * 5 + 5 * 4 + 4 * 2)),
        (shared, lambda n: refined(n, chebyshev(8)), 2 * 2 * 3),
        (shared, wide, 2 * (7 * 6 + 6 * 2 - 5 * 4 - 4 * 2) + 2 * 2 + 2 + 2),
        (held, released, 2 * 2 * 5),
        (held_clustered, released, 5),
        (clustered, enriched, 5 + 5 * 4 + 4 * 2),
        (clustered, lambda n: refined(n, chebyshev(7)), 2),
        (stored, lambda n: refined(n, chebyshev(6)), 2 * 5 + 5 * 4 + 4 * 2),
        (stored, wide, 5 * (2 * 7 + 7 * 6 + 6 * 2 - 2 * 5 - 5 * 4 - 4 * 2)),
    ],
)
def test_a_grown_network_has_the_same_jets(
    make: Callable[[Generator], Network], grow: Grow, more: int, generator: Generator
) -> None:
    network = make(generator)
    before = jets_of(network)
    grown = grow(network)
    torch.testing.assert_close(jets_of(grown), before, rtol=1e-12, atol=1e-12)
    assert grown.n_parameters == network.n_parameters + more
    assert not {id(p) for p in grown.parameters()} & {id(p) for p in network.parameters()}


@pytest.mark.parametrize("make", [mlp, shared, clustered, stored])
def test_what_is_new_trains(make: Callable[[Generator], Network], generator: Generator) -> None:
    """The gradient reaches something of what was added, or it would never be used."""
    network = make(generator)
    grown = wide(network)
    grown(torch.rand(20, 2, generator=generator, dtype=torch.float64)).square().sum().backward()
    moved = sum(int((p.grad != 0).sum()) for p in grown.parameters() if p.grad is not None)
    assert moved > network.n_parameters


def test_held_functions_are_not_trained(generator: Generator) -> None:
    """An MLP has as many parameters, and the same outputs from the same start."""
    network = make_shared_metakan(WIDTHS, chebyshev(), Generator().manual_seed(3), is_held=True)
    same = MLP(WIDTHS, Generator().manual_seed(3))
    assert network.n_parameters == same.n_parameters
    torch.testing.assert_close(jets_of(network), jets_of(same), rtol=1e-12, atol=1e-12)


def test_families_without_the_old_functions_are_fitted(generator: Generator) -> None:
    network = make_shared_metakan(WIDTHS, chebyshev(3), generator)
    gap = (jets_of(refined(network, lambda: RBF(15, 3.5)))[0] - jets_of(network)[0]).abs().max()
    assert 0 < float(gap) < 1e-3


def test_what_cannot_grow_is_refused(generator: Generator) -> None:
    sine = make_metakan(WIDTHS, RBF, generator)
    with pytest.raises(TypeError, match="only an mlp can be lifted"):
        lifted(sine, chebyshev())
    with pytest.raises(TypeError, match="only a MetaKAN with shared functions"):
        enriched(sine)
    with pytest.raises(TypeError, match="only shared functions that are held"):
        released(shared(generator))
    with pytest.raises(TypeError, match="expected a KAN or a MetaKAN, got MLP"):
        enriched(mlp(generator))
    with pytest.raises(TypeError, match="can be refined"):
        refined(sine, chebyshev())
    with pytest.raises(TypeError, match="can be widened"):
        wide(sine)
    with pytest.raises(TypeError, match="Wavelet is not linear"):
        lifted(mlp(generator), Wavelet)
    with pytest.raises(ValueError, match=r"hidden widths \[5, 4\] can become 2 others"):
        widened(mlp(generator), [4, 4], generator)
