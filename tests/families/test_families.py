"""Families against SciPy and against their formulas."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.interpolate import BSpline as ScipyBSpline
from scipy.special import eval_chebyt, eval_legendre
from torch import Generator, Tensor

from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.elementwise import silu_derivatives, tanh_derivatives
from pinn_metakan.families.family import Family
from pinn_metakan.families.fourier import Fourier
from pinn_metakan.families.gram import Gram
from pinn_metakan.families.legendre import Legendre
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.table import FAMILIES, family_maker
from pinn_metakan.families.wavelet import MOTHERS, Wavelet

INSIDE = torch.linspace(-1, 1, 41, dtype=torch.float64)[:, None]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("grid", [1, 5, 8])
def test_splines_equal_those_of_scipy(order: int, grid: int) -> None:
    family = BSpline(order, grid)
    values = family.derivatives(INSIDE, 0)[0][:, 0, :-1]
    for m in range(grid + order):
        knots = -1 + (m - order + np.arange(order + 2)) * 2 / grid
        element = ScipyBSpline.basis_element(knots, extrapolate=False)
        expected = np.nan_to_num(element(INSIDE[:-1, 0].numpy()))
        np.testing.assert_allclose(values[:-1, m].numpy(), expected, atol=1e-14)


@pytest.mark.parametrize("order", [1, 3, 5])
def test_splines_sum_to_one_on_the_closed_interval(order: int) -> None:
    sums = BSpline(order, 5).derivatives(INSIDE, 0)[0][..., :-1].sum(-1)
    assert torch.allclose(sums, torch.ones_like(sums), atol=1e-14)


def at_one_point(family: Family, x: float = 0.3) -> Tensor:
    return family.derivatives(torch.tensor([[x]], dtype=torch.float64), 0)[0][0, 0].detach()


def test_gaussians_follow_their_formula() -> None:
    values = at_one_point(RBF(count=4, reach=1.5))
    expected = [math.exp(-((0.3 - c) ** 2) / 2) for c in (-1.5, -0.5, 0.5, 1.5)]
    expected.append(0.3 / (1 + math.exp(-0.3)))
    np.testing.assert_allclose(values.numpy(), expected, rtol=1e-15)


def test_sines_follow_their_formula() -> None:
    values = at_one_point(Fourier(count=2, reach=1.0))
    half = math.pi / 2 * 0.3
    expected = [math.sin(half), math.cos(half), math.sin(2 * half), math.cos(2 * half)]
    expected.append(0.3 / (1 + math.exp(-0.3)))
    np.testing.assert_allclose(values.numpy(), expected, rtol=1e-15)


def test_the_gaussians_of_fastkan_have_no_half_in_the_exponent() -> None:
    values = at_one_point(RBF(count=8, reach=2.0, width=2**-0.5))
    centers = -2 + 4 / 7 * np.arange(8)
    np.testing.assert_allclose(values[:8], np.exp(-(((0.3 - centers) / (4 / 7)) ** 2)), rtol=1e-13)


@pytest.mark.parametrize(
    ("family", "evaluate"), [(Chebyshev(6), eval_chebyt), (Legendre(6), eval_legendre)]
)
def test_polynomials_of_the_squashed_input_equal_those_of_scipy(
    family: Family, evaluate: Callable[[int, float], float]
) -> None:
    values = at_one_point(family, 0.8)
    expected = [evaluate(k, math.tanh(0.8)) for k in range(7)]
    np.testing.assert_allclose(values[:7], expected, rtol=1e-13)


@pytest.mark.parametrize("degree", [2, 3, 5])
def test_gram_polynomials_start_orthogonal_over_equidistant_points(degree: int) -> None:
    m = degree + 1
    points = -1 + (2 * np.arange(m) + 1) / m  # the midpoints of m intervals
    x = torch.from_numpy(np.arctanh(points))[:, None]
    values = Gram(degree).derivatives(x, 0)[0][:, 0, :-1].detach().numpy()  # (m, degree + 1)
    products = values.T @ values
    assert np.abs(products - np.diag(np.diag(products))).max() < 1e-12


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_has_as_many_coefficients_as_it_says(name: str) -> None:
    family = family_maker(name, {})()
    assert family.start_sizes(4).shape == (family.size,)
    if isinstance(family, Family):
        x = torch.zeros(7, 3, dtype=torch.float64)
        assert family.derivatives(x, 0)[0].shape == (7, 3, family.size)


#: Every family that is linear in its coefficients, and some with other options.
DIFFERENTIABLE: dict[str, Family] = {
    **{name: made for name, kind in FAMILIES.items() if isinstance(made := kind(), Family)},
    "chebyshev": Chebyshev(5),
    "legendre": Legendre(5),
    "gram": Gram(5),
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


@pytest.mark.parametrize("mother", MOTHERS)
def test_wavelets_and_their_sensitivities_equal_autograd(mother: str, generator: Generator) -> None:
    family = Wavelet(mother)
    x = 3 * torch.rand(6, 4, generator=generator, dtype=torch.float64) - 1.5
    x.requires_grad_()
    w = torch.randn(5, 4, 3, generator=generator, dtype=torch.float64)
    w = (w * torch.tensor([0.3, 0.7, 1.0], dtype=torch.float64)).requires_grad_()
    closed = family.derivatives(x, w, 4)
    by_w = family.sensitivities(x, w, 4)
    for n in range(5):
        assert closed[n].shape == (6, 5, 4)
        for o in range(5):
            slope_x, slope_w = torch.autograd.grad(closed[n][:, o].sum(), [x, w], retain_graph=True)
            if n < 4:
                size = 1 + float(slope_x.abs().max())
                assert (slope_x - closed[n + 1][:, o]).abs().max() < 1e-10 * size
            size = 1 + float(slope_w.abs().max())
            assert (slope_w[o] - by_w[n][:, o].sum(dim=0)).abs().max() < 1e-10 * size


@pytest.mark.parametrize(
    ("mother", "formula"),
    [
        ("mexican_hat", lambda z: 2 / 3**0.5 / math.pi**0.25 * (1 - z**2) * math.exp(-(z**2) / 2)),
        ("morlet", lambda z: math.cos(5 * z) * math.exp(-(z**2) / 2)),
        ("derivative_of_gaussian", lambda z: -z * math.exp(-(z**2) / 2)),
    ],
)
def test_a_wavelet_is_scaled_moved_and_weighted(
    mother: str, formula: Callable[[float], float]
) -> None:
    w = torch.tensor([[[math.log(0.5), 0.2, 3.0]]], dtype=torch.float64)
    x = torch.tensor([[0.9]], dtype=torch.float64)
    found = Wavelet(mother).derivatives(x, w, 0)[0].item()
    assert found == pytest.approx(3 * formula((0.9 - 0.2) / 0.5), rel=1e-14)


@pytest.mark.parametrize(("function", "highest"), [(silu_derivatives, 5), (tanh_derivatives, 5)])
def test_elementwise_derivatives_equal_autograd(
    function: Callable[[Tensor, int], list[Tensor]], highest: int, generator: Generator
) -> None:
    x = 6 * torch.rand(50, 1, generator=generator, dtype=torch.float64) - 3

    def as_family(x: Tensor, order: int) -> list[Tensor]:
        return [values.unsqueeze(-1) for values in function(x, order)]

    assert_derivatives_equal_autograd(as_family, x.requires_grad_(), highest)


def test_an_unknown_family_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(LookupError, match="bspline, rbf, fourier, chebyshev"):
        family_maker("sinc", {})


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"degree": 3}, LookupError, "no option 'degree'; it has order, grid"),
        ({"order": 2.5}, ValueError, "whole number"),
        ({"order": float("inf")}, ValueError, "must be finite, got inf"),
        ({"order": "cubic"}, ValueError, "must be a number, got 'cubic'"),
        ({"order": 0}, ValueError, "at least 1"),
    ],
)
def test_a_wrong_option_is_refused(
    options: dict[str, float], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        family_maker("bspline", options)


def test_a_wrong_degree_and_a_wrong_wavelet_are_refused() -> None:
    for name, lowest in (("chebyshev", 1), ("legendre", 1), ("gram", 2)):
        with pytest.raises(ValueError, match=f"degree of at least {lowest}, got {lowest - 1}"):
            family_maker(name, {"degree": lowest - 1})
        family_maker(name, {"degree": lowest})
    with pytest.raises(LookupError, match="mexican_hat, morlet, derivative_of_gaussian"):
        family_maker("wavelet", {"mother": "haar"})
    with pytest.raises(ValueError, match="must be a name, got 2"):
        family_maker("wavelet", {"mother": 2})
