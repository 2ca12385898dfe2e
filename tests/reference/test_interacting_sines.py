"""The solution in the ball: its Laplacian against nested autograd, its coefficients of one seed."""

import pytest
import torch
from torch import Generator

from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.request import Laplacian
from pinn_metakan.reference.interacting_sines import InteractingSines


@pytest.mark.parametrize("dimension", [2, 3, 7])
def test_the_laplacian_equals_the_sum_of_second_derivatives(
    dimension: int, generator: Generator
) -> None:
    exact = InteractingSines(dimension)
    x = torch.randn(20, dimension, generator=generator, dtype=torch.float64)
    asked = Laplacian(0, tuple(range(dimension)))
    found = evaluate_by_autograd(lambda p: exact.value(p)[:, None], x, [asked])[asked]
    with torch.no_grad():
        assert torch.allclose(exact.laplacian(x), found.detach(), rtol=1e-11, atol=1e-11)


def test_it_follows_its_formula_and_vanishes_on_the_sphere() -> None:
    exact = InteractingSines(3, seed=5)
    c = torch.randn(2, generator=Generator().manual_seed(5), dtype=torch.float64)
    x = torch.tensor([[0.3, -0.2, 0.5]], dtype=torch.float64)
    a, b, d = x[0]
    waves = c[0] * torch.sin(a + b.cos() + b * a.cos()) + c[1] * torch.sin(
        b + d.cos() + d * b.cos()
    )
    assert torch.allclose(exact.value(x), (1 - x.square().sum()) * waves)
    assert float(exact.value(x / x.norm()).abs()) < 1e-15


def test_one_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 dimensions, got 1"):
        InteractingSines(1)
