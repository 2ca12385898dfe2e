"""The exact solution of Burgers' equation: convergence, a second method, the equation itself."""

import math

import mpmath
import pytest
import torch
from torch import Tensor

from pinn_metakan.reference.cole_hopf import cole_hopf

VISCOSITIES = [0.01 / math.pi, 0.01, 0.1]
EACH_VISCOSITY = pytest.mark.parametrize("viscosity", VISCOSITIES)


def fine_grid() -> Tensor:
    """Also fine in the shock layer, which is about 0.01 wide."""
    wide = torch.linspace(-1, 1, 201, dtype=torch.float64)
    layer = torch.linspace(-0.02, 0.02, 201, dtype=torch.float64)
    times = torch.cat([torch.tensor([1e-6, 1e-3]), torch.linspace(0, 1, 21)]).double()
    return torch.cartesian_prod(torch.cat([wide, layer]), times)


@pytest.mark.parametrize("viscosity", [0.01 / math.pi, 0.01])  # 32 nodes are enough for 0.1
def test_it_converges_in_the_number_of_nodes(viscosity: float) -> None:
    points = fine_grid()
    exact = cole_hopf(points, viscosity, 400)
    errors = [float((cole_hopf(points, viscosity, n) - exact).abs().max()) for n in (32, 64, 128)]
    assert errors[1] < 1e-5 * errors[0]
    assert errors[2] < 1e-12


def test_few_nodes_are_enough_for_a_smooth_solution() -> None:
    points = fine_grid()
    assert (cole_hopf(points, 0.1) - cole_hopf(points, 0.1, 400)).abs().max() < 1e-12


def fourier_bessel(x: float, t: float, viscosity: float, terms: int = 300) -> float:
    """The same solution from the Fourier series of exp(-cos(pi x) / (2 pi nu)), in 80 digits."""
    with mpmath.workdps(80):
        z = 1 / (2 * mpmath.pi * mpmath.mpf(viscosity))
        decay = mpmath.pi**2 * mpmath.mpf(viscosity) * mpmath.mpf(t)
        weights = [
            (1 if n == 0 else 2) * (-1) ** n * mpmath.besseli(n, z) * mpmath.exp(-decay * n**2)
            for n in range(terms)
        ]
        value = sum(w * mpmath.cos(n * mpmath.pi * x) for n, w in enumerate(weights))
        slope = sum(
            -w * n * mpmath.pi * mpmath.sin(n * mpmath.pi * x) for n, w in enumerate(weights)
        )
        return float(-2 * mpmath.mpf(viscosity) * slope / value)


@EACH_VISCOSITY
@pytest.mark.parametrize(
    ("x", "t"),
    [(0.01, 0.5), (0.003, 1.0), (-0.4, 0.2), (0.9, 0.05), (0.999, 0.9), (0.001, 0.6), (0.2, 0.01)],
)
def test_it_equals_the_fourier_bessel_series(viscosity: float, x: float, t: float) -> None:
    points = torch.tensor([[x, t]], dtype=torch.float64)
    assert float(cole_hopf(points, viscosity)) == pytest.approx(
        fourier_bessel(x, t, viscosity), abs=1e-12
    )


@EACH_VISCOSITY
def test_it_starts_as_a_sine_and_stays_zero_at_the_walls(viscosity: float) -> None:
    x = torch.linspace(-1, 1, 31, dtype=torch.float64)
    start = torch.stack([x, torch.zeros_like(x)], dim=1)
    assert torch.equal(cole_hopf(start, viscosity), -torch.sin(math.pi * x))
    times = torch.linspace(0, 1, 11, dtype=torch.float64)
    for wall in (-1.0, 1.0):
        points = torch.stack([torch.full_like(times, wall), times], dim=1)
        assert cole_hopf(points, viscosity).abs().max() < 1e-14


def test_each_point_has_its_viscosity() -> None:
    points = fine_grid()[:999]
    column = torch.tensor(VISCOSITIES, dtype=torch.float64).repeat(333)
    together = cole_hopf(points, column)
    for number, viscosity in enumerate(VISCOSITIES):
        assert torch.allclose(together[number::3], cole_hopf(points[number::3], viscosity))


@pytest.mark.parametrize("viscosity", [0.0, torch.tensor([0.1, -1.0])])
def test_a_viscosity_that_is_not_positive_is_refused(viscosity: float | Tensor) -> None:
    with pytest.raises(ValueError, match=r"positive viscosity, got (0\.0|-1\.0)"):
        cole_hopf(torch.zeros(2, 2, dtype=torch.float64), viscosity)


def test_viscosities_that_are_not_one_per_point_are_refused() -> None:
    with pytest.raises(ValueError, match=r"one per point, shape \(2,\), got shape \(3,\)"):
        cole_hopf(torch.zeros(2, 2, dtype=torch.float64), torch.ones(3, dtype=torch.float64))
