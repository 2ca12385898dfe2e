"""Families against SciPy and against their formulas."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.interpolate import BSpline as ScipyBSpline
from torch import Generator, Tensor

from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.family import Family, silu_derivatives
from pinn_metakan.families.fourier import Fourier
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.table import FAMILIES, family_maker
from pinn_metakan.networks.elementwise import tanh_derivatives

INSIDE = torch.linspace(-1, 1, 41, dtype=torch.float64)[:, None]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("grid", [1, 5, 8])
def test_splines_equal_those_of_scipy(order: int, grid: int) -> None:
    family = BSpline(order, grid)
    values = family(INSIDE)[:, 0, :-1]
    for m in range(grid + order):
        knots = -1 + (m - order + np.arange(order + 2)) * 2 / grid
        element = ScipyBSpline.basis_element(knots, extrapolate=False)
        expected = np.nan_to_num(element(INSIDE[:-1, 0].numpy()))
        np.testing.assert_allclose(values[:-1, m].numpy(), expected, atol=1e-14)


@pytest.mark.parametrize("order", [1, 3, 5])
def test_splines_sum_to_one_on_the_closed_interval(order: int) -> None:
    sums = BSpline(order, 5)(INSIDE)[..., :-1].sum(-1)
    assert torch.allclose(sums, torch.ones_like(sums), atol=1e-14)


def test_gaussians_follow_their_formula() -> None:
    values = RBF(count=4, reach=1.5)(torch.tensor([[0.3]], dtype=torch.float64))[0, 0]
    expected = [math.exp(-((0.3 - c) ** 2) / 2) for c in (-1.5, -0.5, 0.5, 1.5)]
    expected.append(0.3 / (1 + math.exp(-0.3)))
    np.testing.assert_allclose(values.numpy(), expected, rtol=1e-15)


def test_sines_follow_their_formula() -> None:
    values = Fourier(count=2, reach=1.0)(torch.tensor([[0.3]], dtype=torch.float64))[0, 0]
    half = math.pi / 2 * 0.3
    expected = [math.sin(half), math.cos(half), math.sin(2 * half), math.cos(2 * half)]
    expected.append(0.3 / (1 + math.exp(-0.3)))
    np.testing.assert_allclose(values.numpy(), expected, rtol=1e-15)


@pytest.mark.parametrize("kind", FAMILIES.values(), ids=FAMILIES)
def test_a_family_has_as_many_functions_as_it_says(kind: type[Family]) -> None:
    family = kind()
    assert family(torch.zeros(7, 3, dtype=torch.float64)).shape == (7, 3, family.size)


DIFFERENTIABLE: dict[str, Family] = {
    "rbf": RBF(),
    "fourier": Fourier(),
    "linear": BSpline(1),
    "cubic": BSpline(3),
    "quintic": BSpline(5, 8),
}


def assert_derivatives_equal_autograd(
    derivatives: Callable[[Tensor, int], list[Tensor]], x: Tensor, highest: int
) -> None:
    """Each closed form against autograd of the one below it."""
    closed = derivatives(x, highest)
    for n in range(highest):
        lower = derivatives(x, n)[n]
        for k in range(lower.shape[-1]):
            slope = torch.zeros_like(x)
            if lower.requires_grad:
                (slope,) = torch.autograd.grad(lower[..., k].sum(), x, retain_graph=True)
            size = 1 + float(slope.abs().max())
            assert (slope - closed[n + 1][..., k]).abs().max() < 1e-10 * size, (n, k)


@pytest.mark.parametrize("family", DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_derivatives_to_order_five_equal_autograd(family: Family, generator: Generator) -> None:
    x = 3 * torch.rand(50, 1, generator=generator, dtype=torch.float64) - 1.5
    assert_derivatives_equal_autograd(family.derivatives, x.requires_grad_(), 5)


@pytest.mark.parametrize(("function", "highest"), [(silu_derivatives, 5), (tanh_derivatives, 4)])
def test_elementwise_derivatives_equal_autograd(
    function: Callable[[Tensor, int], list[Tensor]], highest: int, generator: Generator
) -> None:
    x = 6 * torch.rand(50, 1, generator=generator, dtype=torch.float64) - 3

    def as_family(x: Tensor, order: int) -> list[Tensor]:
        return [values.unsqueeze(-1) for values in function(x, order)]

    assert_derivatives_equal_autograd(as_family, x.requires_grad_(), highest)


def test_an_unknown_family_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(LookupError, match="bspline, fourier, rbf"):
        family_maker("sinc", {})


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"degree": 3}, LookupError, "no option 'degree'; it has order, grid"),
        ({"order": 2.5}, ValueError, "whole number"),
        ({"order": 0}, ValueError, "at least 1"),
    ],
)
def test_a_wrong_option_is_refused(
    options: dict[str, float], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        family_maker("bspline", options)
