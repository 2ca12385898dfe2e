"""Convolutional layers against loops over every edge."""

from itertools import product

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.table import FAMILIES, AnyFamily, family_maker
from pinn_metakan.networks.coefficients.coefficients import Generated, Stored, random_coefficients
from pinn_metakan.networks.coefficients.meta_learner import MetaLearner
from pinn_metakan.networks.coefficients.shared import (
    SharedFunctions,
    linear_meta_learner,
    random_prompts,
)
from pinn_metakan.networks.convolution.layer import KANConv2d


def edge(family: AnyFamily, x: Tensor, w: Tensor) -> Tensor:
    """One edge function at one number."""
    if isinstance(family, EdgeFamily):
        return family.derivatives(x.view(1, 1), w.view(1, 1, -1), 0)[0].squeeze()
    return family.derivatives(x.view(1, 1), 0)[0].flatten() @ w


def by_loops(layer: KANConv2d, x: Tensor) -> Tensor:
    w = layer.coefficients().detach()
    count, channels, height, width = x.shape
    (kh, kw), (sh, sw) = layer.kernel_size, layer.stride
    (ph, pw), (dh, dw) = layer.padding, layer.dilation
    high = (height + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    wide = (width + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    outputs, inputs = len(w), channels // layer.groups
    y = torch.zeros(count, outputs, high, wide, dtype=torch.float64)
    for n, o, r, s in product(range(count), range(outputs), range(high), range(wide)):
        group = o // (outputs // layer.groups)
        for c, a, b in product(range(inputs), range(kh), range(kw)):
            row, column = r * sh - ph + a * dh, s * sw - pw + b * dw
            if 0 <= row < height and 0 <= column < width:
                pixel = x[n, group * inputs + c, row, column]
                y[n, o, r, s] += edge(layer.family, pixel, w[o, c * kh * kw + a * kw + b])
    return y


@pytest.mark.parametrize("family", ["chebyshev", "rbf", "bspline", "gram"])
@pytest.mark.parametrize("functions", [1, 3])
def test_shared_functions_convolve_as_the_edges_that_they_make(
    family: str, functions: int, generator: Generator
) -> None:
    basis = family_maker(family, {})()
    learner = linear_meta_learner(basis, functions)
    source = SharedFunctions(random_prompts(4, 12, functions, generator), learner)
    geometry = ((2, 3), (2, 1), (1, 0), (1, 2), 2, True)
    shared = KANConv2d(basis, source, *geometry)
    generic = KANConv2d(basis, Stored(source()), *geometry)  # w = A^T z
    x = torch.randn(2, 4, 4, 6, generator=generator, dtype=torch.float64)
    assert torch.allclose(shared(x), generic(x), atol=1e-13)
    assert torch.allclose(shared.baked()(x), shared(x), atol=1e-13)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("generated", [False, True], ids=["stored", "generated"])
@torch.no_grad()
def test_a_convolution_equals_the_sum_over_its_edges(
    family: str, generated: bool, generator: Generator
) -> None:
    functions = family_maker(family, {})()
    sizes = functions.start_sizes(12)
    stored = Stored(random_coefficients(4, sizes, 12, generator))
    learner = MetaLearner(1, 8, sizes, "relu", 1.0, generator)
    source = Generated(4, 12, 1, learner, generator) if generated else stored
    layer = KANConv2d(functions, source, (2, 3), (2, 1), (1, 0), (1, 2), groups=2)
    x = torch.randn(2, 4, 4, 6, generator=generator, dtype=torch.float64)
    found, expected = layer(x), by_loops(layer, x)
    assert found.shape == expected.shape
    assert torch.allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_parameter_of_a_convolution_trains(family: str, generator: Generator) -> None:
    functions = family_maker(family, {})()
    source = Stored(random_coefficients(3, functions.start_sizes(9), 9, generator))
    layer = KANConv2d(functions, source, (3, 3), padding=(1, 1))
    x = torch.randn(2, 1, 5, 5, generator=generator, dtype=torch.float64)
    layer(x).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in layer.parameters())


def test_wrong_channels_and_sizes_are_refused(generator: Generator) -> None:
    functions = family_maker("rbf", {})()
    source = Stored(random_coefficients(4, functions.start_sizes(9), 9, generator))
    layer = KANConv2d(functions, source, (3, 3))
    with pytest.raises(ValueError, match=r"need 1 channels, .* got 2 channels"):
        layer(torch.zeros(1, 2, 5, 5, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"expected images .* got shape \(1, 5, 5\)"):
        layer(torch.zeros(1, 5, 5, dtype=torch.float64))
    grouped = KANConv2d(functions, source, (2, 3), groups=2)
    with pytest.raises(ValueError, match="the groups divide, got 3 channels"):
        grouped(torch.zeros(1, 3, 5, 5, dtype=torch.float64))


def test_a_bounded_convolution_sees_no_input_beyond_the_reach(generator: Generator) -> None:
    functions = family_maker("rbf", {})()
    source = Stored(random_coefficients(1, functions.start_sizes(1), 1, generator))
    layer = KANConv2d(functions, source, (1, 1), bounded=True)
    far, end = torch.full((2, 1, 1, 1, 1), 1e6, dtype=torch.float64)
    end = end * 0 + functions.reach
    free = KANConv2d(functions, source, (1, 1))
    assert torch.allclose(layer(far), free(end))
    with pytest.raises(ValueError, match="must be positive"):
        KANConv2d(functions, source, (3, 3), stride=(0, 1))
