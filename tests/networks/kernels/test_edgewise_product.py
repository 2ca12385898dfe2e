"""The product edge by edge equals the one through features, and is taken where it is cheaper."""

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Derivative, Laplacian
from pinn_metakan.derivatives.taylor import VALUES, JetSpace
from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.family import Family
from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.kan import make_metakan
from pinn_metakan.networks.kernels import edgewise_product as module
from pinn_metakan.networks.kernels.composed_product import Recipe, composed_product
from pinn_metakan.networks.kernels.edgewise_product import edgewise_product, is_cheaper_edgewise

SPACES = {
    "values": VALUES,
    "burgers": JetSpace([Derivative(0, (1,)), Derivative(0, (0, 0))]),
    "fourth order, mixed": JetSpace([Derivative(0, (0, 0, 1, 1)), Derivative(0, (0, 0, 0, 0))]),
    "laplacian in 20 dimensions": JetSpace([Laplacian(0, tuple(range(20)))]),
}


@pytest.mark.parametrize("chunk", [30, 1_000_000])
@pytest.mark.parametrize("family", [RBF(), BSpline(5, 4)], ids=["rbf", "quintic"])
@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_both_orders_give_the_same_product_and_gradients(
    space: JetSpace,
    family: Family,
    chunk: int,
    generator: Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_CHUNK_NUMBERS", chunk)
    x = torch.randn(len(space), 17, 4, generator=generator, dtype=torch.float64) / 2
    w = torch.randn(3, 4 * family.size, generator=generator, dtype=torch.float64)
    slopes = torch.randn(len(space), 17, 3, generator=generator, dtype=torch.float64)
    recipe = Recipe(family.derivatives, space.terms, len(space), space.order, lambda: w)
    given = [x.requires_grad_(), w.requires_grad_()]

    def evaluated(multiply: object) -> list[Tensor]:
        y = multiply(x[0], space.factors(x), w, recipe)  # type: ignore[operator]
        return [y, *torch.autograd.grad((y * slopes).sum(), given)]

    pairs = zip(evaluated(edgewise_product), evaluated(composed_product), strict=True)
    for found, expected in pairs:
        largest = float(expected.detach().abs().max())
        assert torch.allclose(found, expected, rtol=1e-11, atol=1e-11 * largest)


def test_it_is_taken_for_laplacians_in_many_dimensions_alone() -> None:
    def is_taken(space: JetSpace) -> bool:
        return is_cheaper_edgewise(9, len(space), len(space.terms), space.order)

    taken = {name for name, space in SPACES.items() if is_taken(space)}
    assert taken == {"laplacian in 20 dimensions"}


def test_a_network_gives_the_same_jets_and_jacobian_either_way(
    generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = SPACES["laplacian in 20 dimensions"]
    network = make_metakan((20, 5, 5, 1), RBF, generator)
    x = torch.rand(len(space), 9, 20, generator=generator, dtype=torch.float64)

    def evaluated() -> list[Tensor]:
        weights = tuple(w.detach().requires_grad_() for w in network.weights())
        first = network.chain()[0].prepare(space, x)
        outputs = network.evaluate_jets(space, first, weights)
        slopes = torch.autograd.grad(outputs[-1][-1].sum(), outputs)
        with torch.no_grad():
            return [outputs[-1], network.jacobian(space, first, outputs, slopes, weights)]

    edgewise = evaluated()
    monkeypatch.setattr("pinn_metakan.networks.edges.is_cheaper_edgewise", lambda *sizes: False)
    for found, expected in zip(edgewise, evaluated(), strict=True):
        assert torch.allclose(found, expected, rtol=1e-10, atol=1e-11)
