"""A layer's product equals features times weights, and keeps neither for the backward pass."""

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Derivative, Laplacian
from pinn_metakan.derivatives.taylor import VALUES, JetSpace
from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.family import Family
from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.kan import make_metakan
from pinn_metakan.networks.kernels import composed_product

SPACES = {
    "values": VALUES,
    "burgers": JetSpace([Derivative(0, (1,)), Derivative(0, (0, 0))]),
    "fourth order, mixed": JetSpace([Derivative(0, (0, 0, 1, 1)), Derivative(0, (0, 0, 0, 0))]),
    "laplacian": JetSpace([Laplacian(0, (0, 1, 2))]),
}


@pytest.mark.parametrize("chunk", [10, 1_000_000])
@pytest.mark.parametrize("family", [RBF(), BSpline(5, 4)], ids=["rbf", "quintic"])
@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_a_product_and_its_gradients_equal_those_through_features(
    space: JetSpace,
    family: Family,
    chunk: int,
    generator: Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(composed_product, "_CHUNK_NUMBERS", chunk * 4 * family.size)
    layer = make_metakan((2, 4, 3), lambda: family, generator).chain()[1]
    x = torch.randn(len(space), 30, 4, generator=generator, dtype=torch.float64)
    slopes = torch.randn(len(space), 30, 3, generator=generator, dtype=torch.float64)
    inputs = [x.requires_grad_(), *layer.parameters()]

    def gradients(outputs: Tensor) -> tuple[Tensor, ...]:
        return torch.autograd.grad((outputs * slopes).sum(), inputs, retain_graph=True)

    w = layer.weights()
    found = layer.product(space, x, w)
    expected = layer.combine(space, layer.prepare(space, x), w)
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)
    for a, b in zip(gradients(found), gradients(expected), strict=True):
        assert torch.allclose(a, b, rtol=1e-10, atol=1e-10 * float(b.abs().max()))


def test_neither_features_nor_hidden_units_nor_generated_weights_are_kept(
    generator: Generator,
) -> None:
    network = make_metakan((2, 30, 30, 1), RBF, generator, hidden_width=32)
    space = SPACES["burgers"]
    x = torch.randn(len(space), 50, 2, generator=generator, dtype=torch.float64)
    first = network.chain()[0].prepare(space, x)
    kept: dict[int, int] = {}

    def keep(t: Tensor) -> Tensor:
        kept[t.untyped_storage().data_ptr()] = t.untyped_storage().nbytes()
        return t

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda t: t):
        weights = network.weights()
        network.evaluate_jets(space, first, weights)
    n_generated = sum(w.numel() for w in weights[1:])
    assert not {w.untyped_storage().data_ptr() for w in weights[1:]} & set(kept)
    own = sum(p.numel() for p in network.parameters()) + first.numel()
    carried = len(space) * 50 * (30 + 30)  # numbers in the jets between layers
    assert sum(kept.values()) / 8 < own + 9 * carried
    assert n_generated + 32 * 900 > 3 * own  # what would be kept otherwise


def test_a_network_with_generated_weights_is_transformed_by_torch_func(
    generator: Generator,
) -> None:
    network = make_metakan((2, 3, 1), RBF, generator)
    x = torch.rand(4, 2, generator=generator, dtype=torch.float64)
    parameters = {name: p.detach() for name, p in network.named_parameters()}

    def outputs(given: dict[str, Tensor]) -> Tensor:
        return torch.func.functional_call(network, given, (x,))[:, 0]

    found = torch.func.jacrev(outputs)(parameters)
    for row in range(4):
        gradients = torch.autograd.grad(network(x)[row, 0], list(network.parameters()))
        for (name, _), expected in zip(network.named_parameters(), gradients, strict=True):
            assert torch.allclose(found[name][row], expected, atol=1e-12)
