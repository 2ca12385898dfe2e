"""The bound of a layer's inputs, the same for dense and convolutional layers."""

import math

import pytest
import torch
from torch import Generator

from pinn_metakan.derivatives.taylor import VALUES
from pinn_metakan.families.table import FAMILIES, family_maker
from pinn_metakan.networks.bound import Bound
from pinn_metakan.networks.coefficients.coefficients import Stored, random_coefficients
from pinn_metakan.networks.convolution.layer import KANConv2d
from pinn_metakan.networks.dense import KANLinear


def test_inputs_stay_inside_the_reach_and_keep_their_middle() -> None:
    x = torch.tensor([[-1e6, 1e-3, 1e6]], dtype=torch.float64)
    bound = Bound(True, 1.5)
    assert torch.allclose(bound.values(x), torch.tensor([[-1.5, 1e-3, 1.5]]).double(), atol=1e-9)
    assert torch.equal(bound.jets(VALUES, x.unsqueeze(0))[0], bound.values(x))


@pytest.mark.parametrize("bound", [Bound(False, 1.5), Bound(True, math.inf)])
def test_without_a_bound_inputs_stay_as_they_are(bound: Bound) -> None:
    x = torch.tensor([[7.0]])
    assert not bound.is_on
    assert bound.values(x) is x
    assert bound.jets(VALUES, x) is x


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("bounded", [False, True])
@torch.no_grad()
def test_a_convolution_of_one_pixel_is_a_dense_layer(
    family: str, bounded: bool, generator: Generator
) -> None:
    functions = family_maker(family, {})()
    source = Stored(random_coefficients(3, functions.start_sizes(2), 2, generator))
    x = 3 * torch.randn(5, 2, generator=generator, dtype=torch.float64)
    dense = KANLinear(functions, source, bounded)
    convolution = KANConv2d(functions, source, (1, 1), bounded=bounded)
    assert dense.bounded == convolution.bounded
    assert torch.allclose(convolution(x[:, :, None, None])[:, :, 0, 0], dense(x), atol=1e-12)
