"""Families against SciPy and against their formulas."""

import math

import numpy as np
import pytest
import torch
from scipy.interpolate import BSpline as ScipyBSpline

from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.family import Family
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.table import FAMILIES, family_maker

INSIDE = torch.linspace(-1, 1, 41, dtype=torch.float64)[:, None]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("grid", [1, 5, 8])
def test_splines_equal_those_of_scipy(order: int, grid: int) -> None:
    family = BSpline(order, grid)
    values = family(INSIDE)[:, 0, :-1]
    for m in range(grid + order):
        knots = family.knots[m : m + order + 2].numpy()
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


@pytest.mark.parametrize("kind", FAMILIES.values(), ids=FAMILIES)
def test_a_family_has_as_many_functions_as_it_says(kind: type[Family]) -> None:
    family = kind()
    assert family(torch.zeros(7, 3, dtype=torch.float64)).shape == (7, 3, family.size)


@pytest.mark.parametrize("kind", FAMILIES.values(), ids=FAMILIES)
def test_derivatives_equal_finite_differences(kind: type[Family]) -> None:
    family = kind()
    x = torch.tensor([[-0.91], [0.13], [0.77]], dtype=torch.float64, requires_grad=True)
    step = 1e-6
    for k in range(family.size):
        (slope,) = torch.autograd.grad(family(x)[..., k].sum(), x)
        with torch.no_grad():
            difference = (family(x + step) - family(x - step))[..., k] / (2 * step)
        assert torch.allclose(slope, difference, atol=1e-8)


def test_an_unknown_family_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(LookupError, match="bspline, rbf"):
        family_maker("sine", {})


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
