"""Chebyshev series of smooth functions, and of such as are not."""

import numpy as np
import pytest
import torch
from torch import Tensor

from pinn_metakan.geometry.chebyshev_series import fit_chebyshev_series

INTERVAL = [(-1.0, 3.0)]
SQUARE = [(0.0, 2.0), (-1.0, 0.5)]


def waves(points: Tensor) -> Tensor:
    x, y = points.unbind(1)
    return torch.stack([torch.sin(3 * x) * torch.exp(y), 1e6 * torch.cos(x * y), 0 * x], dim=1)


def test_the_series_of_a_smooth_function_is_that_function() -> None:
    series = fit_chebyshev_series(waves, SQUARE)
    assert series is not None
    points = torch.tensor([[0.0, -1.0], [2.0, 0.5], [0.7, 0.1], [1.9, -0.3]], dtype=torch.float64)
    largest = (series(points) - waves(points)).abs().amax(dim=0)
    assert (largest <= torch.tensor([1e-13, 1e-7, 0.0])).all(), largest


def test_coefficients_are_those_of_numpy() -> None:
    series = fit_chebyshev_series(lambda x: torch.exp(x), INTERVAL)
    assert series is not None
    coefficients = series.coefficients[:, 0].numpy()
    expected = np.polynomial.chebyshev.chebinterpolate(lambda s: np.exp(1 + 2 * s), 31)
    np.testing.assert_allclose(coefficients, expected[: len(coefficients)], atol=1e-13)
    assert len(coefficients) < 25  # what is rounding is left out


def test_derivatives_are_those_of_the_function() -> None:
    series = fit_chebyshev_series(waves, SQUARE)
    assert series is not None
    points = torch.rand(20, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    points.requires_grad_()
    for function in (series, waves):
        (first,) = torch.autograd.grad(function(points)[:, 0].sum(), points, create_graph=True)
        (second,) = torch.autograd.grad(first[:, 0].sum(), points)
        if function is series:
            found = first.detach(), second
    assert torch.allclose(found[0], first.detach(), atol=1e-11)
    assert torch.allclose(found[1], second, atol=1e-9)


@pytest.mark.parametrize("bounds", [INTERVAL, SQUARE, [(0.0, 1.0)] * 4], ids=len)
def test_a_function_that_is_not_smooth_has_none(bounds: list[tuple[float, float]]) -> None:
    assert fit_chebyshev_series(lambda x: (x[:, :1] - 0.31).abs(), bounds) is None
