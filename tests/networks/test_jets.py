"""Jets of a network and their Jacobian in its parameters equal nested autograd."""

from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.table import FAMILIES, family_maker
from pinn_metakan.networks.coefficients.meta_learner import HIDDEN_FUNCTIONS
from pinn_metakan.networks.kan import KAN, make_kan, make_metakan
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.shared_metakan import make_shared_metakan

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
            assert (found[place, :, k] - expected[quantity]).abs().max() < 1e-10 * size


def assert_jacobian_equals_autograd(network: Network, generator: Generator) -> None:
    """One random combination per point of the jets, differentiated in all parameters."""
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
        assert (found[row] - expected).abs().max() < 1e-10 * size


@pytest.mark.parametrize("meta_learners", [0, 1])
@pytest.mark.parametrize("name", HIDDEN_FUNCTIONS)
def test_the_jacobian_through_a_meta_learner_equals_autograd(
    name: str, meta_learners: int, generator: Generator
) -> None:
    network = make_metakan(
        (2, 4, 3, 2), RBF, generator, hidden_function=name, meta_learners=meta_learners
    )
    assert_jacobian_equals_autograd(network, generator)


@pytest.mark.parametrize("meta_learners", [0, 1])
@pytest.mark.parametrize("functions", [1, 2])
@pytest.mark.parametrize("family", ["chebyshev", "rbf", "bspline", "gram"])
def test_jets_and_the_jacobian_of_shared_functions_equal_autograd(
    family: str, functions: int, meta_learners: int, generator: Generator
) -> None:
    make = family_maker(family, {"order": 5} if family == "bspline" else {})
    network = make_shared_metakan((2, 3, 4, 2), make, generator, functions, meta_learners)
    assert_jets_equal_autograd(network, generator)
    assert_jacobian_equals_autograd(network, generator)


@pytest.mark.parametrize("make", [make_kan, make_metakan])
@pytest.mark.parametrize("family", FAMILIES)
def test_jets_and_the_jacobian_of_every_family_equal_autograd(
    family: str, make: Callable[..., KAN], generator: Generator
) -> None:
    network = make((2, 3, 3, 2), family_maker(family, {}), generator)
    assert_jets_equal_autograd(network, generator)
    assert_jacobian_equals_autograd(network, generator)
