"""Networks: parameter counts of the paper, weights made once, inputs kept in range."""

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.errors import SettingsError
from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.table import FAMILIES, family_maker
from pinn_metakan.networks.coefficients import meta_learner
from pinn_metakan.networks.coefficients.coefficients import Stored
from pinn_metakan.networks.coefficients.meta_learner import HIDDEN_FUNCTIONS, MetaLearner
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.kan import KAN, make_kan, make_metakan
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.table import build_network
from pinn_metakan.settings.networks import NETWORK_SETTINGS, MetaKANSettings

DEEP = (128, 128, 128, 1)


@pytest.mark.parametrize(
    ("dimension", "mlp", "plain", "meta32", "meta64"),
    [(4, 33_793, 300_672, 34_852, 36_260), (100, 46_081, 411_264, 47_140, 48_548)],
)
def test_counts_equal_those_of_the_paper(
    dimension: int, mlp: int, plain: int, meta32: int, meta64: int, generator: Generator
) -> None:
    widths = (dimension, *DEEP)
    assert MLP(widths, generator).n_parameters == mlp
    assert make_kan(widths, BSpline, generator).n_parameters == plain
    for hidden, expected in ((32, meta32), (64, meta64)):
        network = make_metakan(widths, BSpline, generator, prompt_dimension=1, hidden_width=hidden)
        assert network.n_parameters == expected


def test_counts_of_the_image_network_equal_the_papers(generator: Generator) -> None:
    widths = (784, 32, 10)
    assert make_kan(widths, BSpline, generator).n_parameters == 228_672
    network = make_metakan(widths, BSpline, generator, prompt_dimension=1, hidden_width=16)
    assert network.n_parameters == 25_778


@pytest.mark.parametrize("meta_learners", [0, 1])
@pytest.mark.parametrize("prompt", [1, 2, 4])
@pytest.mark.parametrize("widths", [(2, 5, 1), (3, 6, 6, 2)])
def test_metakan_count_follows_the_formula(
    widths: tuple[int, ...], prompt: int, meta_learners: int, generator: Generator
) -> None:
    h, size = 7, RBF().size
    edges = sum(a * b for a, b in pairwise(widths))
    learners = meta_learners or len(widths) - 1
    expected = prompt * edges + learners * (prompt * h + h + h * size + size)
    network = make_metakan(
        widths, RBF, generator, prompt_dimension=prompt, hidden_width=h, meta_learners=meta_learners
    )
    assert network.n_parameters == expected


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


def test_generated_coefficients_start_as_large_as_stored_ones(generator: Generator) -> None:
    widths = (2, 40, 40, 1)
    generated = make_metakan(widths, RBF, generator, hidden_width=64).weights()
    stored = make_kan(widths, RBF, generator).weights()
    for meta, plain in zip(generated, stored, strict=True):
        assert 0.4 < float((meta.std() / plain.std()).detach()) < 2.5


def test_sine_prompts_give_coefficients_of_full_rank(generator: Generator) -> None:
    network = make_metakan((1, 60), RBF, generator, prompt_dimension=1, frequency=5.0)
    (w,) = network.weights()
    singular = torch.linalg.svdvals(w)
    assert float((singular[4] / singular[0]).detach()) > 0.05  # a scalar ReLU prompt gives rank 2


@pytest.mark.parametrize("name", HIDDEN_FUNCTIONS)
def test_every_hidden_function_trains(name: str, generator: Generator) -> None:
    network = make_metakan((2, 3, 1), RBF, generator, hidden_function=name)
    network(torch.ones(5, 2, dtype=torch.float64)).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


def test_prompts_are_those_of_all_layers(generator: Generator) -> None:
    network = make_metakan((2, 3, 1), RBF, generator, prompt_dimension=4)
    assert [tuple(p.shape) for p in network.prompts()] == [(3, 2, 4), (1, 3, 4)]
    assert make_kan((2, 3, 1), RBF, generator).prompts() == []


def test_the_same_seed_gives_the_same_network() -> None:
    first, second = (make_metakan((2, 3, 1), RBF, Generator().manual_seed(5)) for _ in range(2))
    assert all(
        torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True)
    )


def test_each_name_has_settings_and_builds(generator: Generator) -> None:
    for section in NETWORK_SETTINGS.values():
        network = build_network(3, 2, section(), generator)
        assert (network.widths[0], network.widths[-1]) == (3, 2)
        assert network.describe()


def test_a_wrong_hidden_function_is_refused(generator: Generator) -> None:
    settings = MetaKANSettings(hidden_function="cosine")
    with pytest.raises(SettingsError, match="relu, tanh, silu, sine"):
        build_network(2, 1, settings, generator)


def test_layers_of_a_kan_are_its_modules(generator: Generator) -> None:
    network = make_kan((2, 3, 1), RBF, generator)
    assert isinstance(network, KAN)
    assert [layer.bounded for layer in network.layers] == [False, True]


@pytest.mark.parametrize("meta_learners", [0, 1])
@pytest.mark.parametrize("name", HIDDEN_FUNCTIONS)
def test_the_jacobian_through_a_meta_learner_equals_autograd(
    name: str, meta_learners: int, generator: Generator
) -> None:
    network = make_metakan(
        (2, 4, 3, 2), RBF, generator, hidden_function=name, meta_learners=meta_learners
    )
    assert_jacobian_equals_autograd(network, generator)


@pytest.mark.parametrize("make", [make_kan, make_metakan])
@pytest.mark.parametrize("family", FAMILIES)
def test_jets_and_the_jacobian_of_every_family_equal_autograd(
    family: str, make: Callable[..., KAN], generator: Generator
) -> None:
    network = make((2, 3, 3, 2), family_maker(family, {}), generator)
    assert_jets_equal_autograd(network, generator)
    assert_jacobian_equals_autograd(network, generator)


#: Up to order 4, mixed.
SPACE = JetSpace([Derivative(0, (0, 0, 1, 1)), Derivative(0, (1, 1, 1))])


def inputs_of(network: Network, generator: Generator) -> tuple[Tensor, Tensor]:
    """Points, and their jets in the two coordinates that they are."""
    x = 2 * torch.rand(5, 2, generator=generator, dtype=torch.float64) - 1
    jets = torch.zeros(len(SPACE), 5, 2, dtype=torch.float64)
    jets[0] = x
    for axis in (0, 1):
        jets[SPACE.indices.index((axis,)), :, axis] = 1.0
    return x, jets


def assert_jets_equal_autograd(network: Network, generator: Generator) -> None:
    x, jets = inputs_of(network, generator)
    weights = network.weights()
    first = network.chain()[0].prepare(SPACE, jets)
    found = network.evaluate_jets(SPACE, first, weights)[-1]  # (J, N, 2)
    for k in (0, 1):
        asked = SPACE.quantities(k)
        expected = evaluate_by_autograd(lambda p: network.evaluate(p, weights), x, asked)
        for place, quantity in enumerate(asked):
            size = 1 + float(expected[quantity].detach().abs().max())
            assert (found[place, :, k] - expected[quantity]).abs().max() < 1e-9 * size


def assert_jacobian_equals_autograd(network: Network, generator: Generator) -> None:
    """One random combination of the jets a point, differentiated in all parameters."""
    _, jets = inputs_of(network, generator)
    weights = network.weights()
    first = network.chain()[0].prepare(SPACE, jets)
    outputs = network.evaluate_jets(SPACE, first, weights)
    factors = torch.randn(outputs[-1].shape, generator=generator, dtype=torch.float64)
    sums = (factors * outputs[-1]).sum(dim=(0, 2))  # (N,)
    slopes = torch.autograd.grad(sums.sum(), outputs, retain_graph=True)
    with torch.no_grad():
        found = network.jacobian(SPACE, first, outputs, slopes, weights)
    parameters = list(network.parameters())
    for row in range(len(sums)):
        gradients = torch.autograd.grad(sums[row], parameters, retain_graph=True)
        expected = torch.cat([g.flatten() for g in gradients])
        size = 1 + float(expected.abs().max())
        assert (found[row] - expected).abs().max() < 1e-9 * size


@pytest.mark.parametrize("name", HIDDEN_FUNCTIONS)
def test_chunks_of_edges_change_neither_coefficients_nor_gradients(
    name: str, generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = MetaLearner(2, 5, torch.ones(4, dtype=torch.float64), name, 3.0, generator)
    prompts = torch.randn(6, 7, 2, generator=generator, dtype=torch.float64, requires_grad=True)
    slopes = torch.randn(3, 6, 7, 4, generator=generator, dtype=torch.float64)
    wanted = [prompts, *learner.parameters()]

    def values() -> list[Tensor]:
        w = learner(prompts)
        rows = torch.autograd.grad(w, wanted, slopes, retain_graph=True, is_grads_batched=True)
        return [w, *rows, *torch.autograd.grad(w, wanted, slopes[0])]

    whole = values()
    monkeypatch.setattr(meta_learner, "_HIDDEN_UNITS", 50)  # ten edges at once
    for found, expected in zip(values(), whole, strict=True):
        assert torch.allclose(found, expected, atol=1e-13)
