"""Fourier series of periodic functions: values, derivatives, what cannot be resolved."""

import math

import pytest
import torch
from torch import Tensor

from pinn_metakan.geometry.fourier_series import fit_fourier_series

BOUNDS = (-1.0, 3.0)


def bump(points: Tensor) -> Tensor:
    """Two functions of period 4, (N, 2)."""
    angle = math.pi / 2 * points
    return torch.cat([torch.exp(4 * torch.sin(angle)), 3 + torch.cos(3 * angle)], dim=1)


def derivative(values: Tensor, points: Tensor, order: int) -> Tensor:
    for _ in range(order):
        (values,) = torch.autograd.grad(values.sum(), points, create_graph=True)
    return values


@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_values_and_derivatives_are_those_of_the_function(order: int, column: int) -> None:
    series = fit_fourier_series(bump, BOUNDS)
    assert series is not None
    points = torch.linspace(*BOUNDS, 57, dtype=torch.float64)[:, None].requires_grad_()
    expected = derivative(bump(points)[:, column], points, order)
    found = derivative(series(points)[:, column], points, order)
    expected, found = expected.detach(), found.detach()
    assert (found - expected).abs().max() < 1e-11 * max(1.0, float(expected.abs().max()))


def test_no_more_waves_are_kept_than_the_function_has() -> None:
    series = fit_fourier_series(lambda x: torch.cos(math.pi * x), BOUNDS)
    assert series is not None
    assert series.cosines.shape == (3, 1)


def test_a_constant_is_a_series() -> None:
    series = fit_fourier_series(lambda x: torch.full_like(x, 2.5), BOUNDS)
    assert series is not None
    assert series(torch.zeros(3, 1, dtype=torch.float64)).tolist() == [[2.5]] * 3


def test_a_step_is_not_resolved() -> None:
    assert fit_fourier_series(lambda x: (x > 0.3).double(), BOUNDS) is None
