"""Combinations of Chebyshev polynomials of tanh x, against NumPy, a table, and differences."""

import numpy as np
import pytest
import torch
from numpy.polynomial import Chebyshev as Series
from torch import Generator, Tensor

from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.chebyshev_of_tanh import combined_chebyshev
from pinn_metakan.families.family import Family

ONE_MINUS_SQUARE = Series([0.5, 0.0, -0.5])


def given(generator: Generator, count: int = 5) -> tuple[Tensor, Tensor]:
    """Inputs (4, 3), and coefficients of two functions."""
    x = 2 * torch.randn(4, 3, generator=generator, dtype=torch.float64)
    return x, torch.randn(2, count, generator=generator, dtype=torch.float64)


def assert_near(found: Tensor, expected: Tensor) -> None:
    assert (found - expected).abs().max() < 1e-12 * (1 + float(expected.abs().max()))


@pytest.mark.parametrize("lowest", [0, 1])
@pytest.mark.parametrize("order", range(6))
def test_values_and_derivatives_equal_numpy_and_the_table(
    order: int, lowest: int, generator: Generator
) -> None:
    family = Chebyshev(lowest + 4, lowest)
    x, coefficients = given(generator)
    found = combined_chebyshev(x, coefficients, lowest, order)
    generic = Family.combined(family, x, coefficients, order)
    assert len(found) == len(generic) == order + 1
    t = np.tanh(x.numpy())
    for e, c in enumerate(coefficients.numpy()):
        series = Series([0.0] * lowest + list(c))
        for n in range(order + 1):
            assert_near(found[n][e], torch.from_numpy(series(t)))
            assert_near(found[n][e], generic[n][e])
            series = ONE_MINUS_SQUARE * series.deriv()  # dt/dx = 1 - t^2


@pytest.mark.parametrize("order", range(4))
def test_the_backward_pass_equals_differences(order: int, generator: Generator) -> None:
    x, coefficients = given(generator, 3)
    x, coefficients = (t.requires_grad_() for t in (x, coefficients))
    assert torch.autograd.gradcheck(
        lambda x, c: combined_chebyshev(x, c, 1, order), (x, coefficients)
    )


def test_coefficients_that_are_fixed_get_no_gradient(generator: Generator) -> None:
    x, coefficients = given(generator)
    found = combined_chebyshev(x.requires_grad_(), coefficients, 1, 2)
    expected = Family.combined(Chebyshev(5, 1), x, coefficients, 2)
    gradients = [torch.autograd.grad(sum(p.sum() for p in f), x)[0] for f in (found, expected)]  # type: ignore[arg-type]
    assert_near(*gradients)


def test_values_alone_can_be_differentiated_often(generator: Generator) -> None:
    x, coefficients = given(generator)
    x.requires_grad_()
    derivatives = combined_chebyshev(x.detach(), coefficients, 1, 3)
    (found,) = combined_chebyshev(x, coefficients[:1], 1, 0)
    for expected in derivatives:
        assert_near(found.detach().reshape(4, 3), expected[0])
        (found,) = torch.autograd.grad(found.sum(), x, create_graph=True)


@pytest.mark.parametrize("lowest", [-1, 2])
def test_another_lowest_degree_is_refused(lowest: int) -> None:
    with pytest.raises(ValueError, match=f"a lowest degree of 0 or 1, got {lowest}"):
        Chebyshev(4, lowest)
