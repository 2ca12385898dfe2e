"""Chebyshev collocation: spectral order in one and two dimensions, derivatives, refused input."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from pinn_metakan.reference.chebyshev_nodes import (
    differentiation_matrix,
    integration_matrix,
    lobatto_nodes,
    series_coefficients,
)
from pinn_metakan.reference.collocation import Collocation
from pinn_metakan.reference.integrated_basis import IntegratedBasis
from pinn_metakan.reference.integrated_gradient import integrated_gradient

COLD = [("low", 0), ("high", 0)]
CLAMPED = [*COLD, ("low", 1), ("high", 1)]


def sine(points: Tensor) -> Tensor:
    return torch.sin(math.pi * points[:, 0])


def pendulum_error(count: int) -> float:
    """Of u_xx + sin u = f on [0, 2], u = sin(pi x)."""
    line = Collocation(IntegratedBasis((0.0, 2.0), COLD, count))

    def residual(points: Tensor, u: Tensor, u_xx: Tensor) -> Tensor:
        exact = sine(points)
        return u_xx + torch.sin(u) + math.pi**2 * exact - torch.sin(exact)

    q = line.solve(residual, [(0,), (2,)])
    x = torch.linspace(0, 2, 101, dtype=torch.float64)[:, None]
    return float((line.series(q)(x)[:, 0] - sine(x)).abs().max())


def plate_error(count: int) -> float:
    """Of the biharmonic equation, u = (sin(pi x) sin(pi y))^2, clamped."""
    sides = [IntegratedBasis(bounds, CLAMPED, count) for bounds in ((0.0, 1.0), (-1.0, 1.0))]
    box = Collocation(*sides)

    def residual(points: Tensor, xxxx: Tensor, xxyy: Tensor, yyyy: Tensor) -> Tensor:
        waves = torch.cos(2 * math.pi * points)
        (x, y), (a, b) = waves.unbind(1), (1 - waves).unbind(1)
        return xxxx + 2 * xxyy + yyyy + math.pi**4 * (4 * x * b + 4 * y * a - 8 * x * y)

    q = box.solve(residual, [(4, 0), (2, 2), (0, 4)])
    side = torch.linspace(0, 1, 21, dtype=torch.float64)
    points = torch.cartesian_prod(side, 2 * side - 1)
    exact = torch.sin(math.pi * points).square().prod(dim=1)
    return float((box.series(q)(points)[:, 0] - exact).abs().max())


@pytest.mark.parametrize("error", [pendulum_error, plate_error])
def test_errors_fall_faster_than_any_power(error) -> None:  # type: ignore[no-untyped-def]
    found = [error(count) for count in (6, 12, 24)]
    assert found[1] < 2.0**-8 * found[0]
    assert found[2] < 2.0**-16 * found[1] + 1e-14
    assert found[2] < 1e-13


def test_conditions_may_differ_at_the_ends() -> None:
    # u_xx = exp(x), u'(0) = 0, u(1) = 0
    line = Collocation(IntegratedBasis((0.0, 1.0), [("low", 1), ("high", 0)], 16))
    q = line.solve(lambda points, u_xx: u_xx - torch.exp(points[:, 0]), [(2,)])
    x = torch.linspace(0, 1, 11, dtype=torch.float64)
    found, slope = line.series(q)(x[:, None])[:, 0], line.series(q, [1])(x[:, None])[:, 0]
    assert (found - (x.exp() - x - math.e + 1)).abs().max() < 1e-14
    assert (slope - (x.exp() - 1)).abs().max() < 1e-13


def test_a_basis_meets_its_conditions_at_all_degrees() -> None:
    basis = IntegratedBasis((-2.0, 1.0), CLAMPED, 40)
    assert np.abs(basis.conditioned(basis.coefficients())).max() < 1e-12
    assert basis.conditioned(basis.blends) == pytest.approx(np.eye(4), abs=1e-14)


def test_conditions_that_leave_a_polynomial_free_are_refused() -> None:
    with pytest.raises(ValueError, match="leave polynomials of a degree below 2 free: add"):
        IntegratedBasis((0.0, 1.0), [("low", 1), ("high", 1)], 8)
    with pytest.raises(ValueError, match=r"conditions \(\) leave polynomials"):
        IntegratedBasis((0.0, 1.0), [], 8)


def test_an_equation_without_a_solution_is_refused() -> None:
    line = Collocation(IntegratedBasis((0.0, 1.0), COLD, 12))
    with pytest.raises(ValueError, match="Newton's method did not end in 30 steps"):
        line.solve(lambda points, u, u_xx: u_xx + 10 * torch.exp(u), [(0,), (2,)])


def test_lobatto_nodes_differentiate_integrate_and_interpolate_polynomials() -> None:
    x = lobatto_nodes(9)
    assert differentiation_matrix(x) @ x**8 == pytest.approx(8 * x**7, abs=1e-13)
    assert differentiation_matrix(2 * x + 1) @ x**2 == pytest.approx(x, abs=1e-14)
    assert integration_matrix(9) @ x**8 == pytest.approx((x**9 + 1) / 9, abs=1e-15)
    assert series_coefficients(2 * x**2) == pytest.approx([1, 0, 1, *[0] * 6], abs=1e-15)
    assert series_coefficients(np.array([x, x]), axis=1)[:, 1] == pytest.approx([1, 1])


def test_a_gradient_is_integrated_with_the_mean_0() -> None:
    place = -np.cos(np.pi * (np.arange(12) + 0.5) / 12)
    x, y = np.meshgrid(place, 3 * place, indexing="ij")
    found = integrated_gradient(2 * x * y, x**2 + 3 * y**2, (1.0, 3.0))
    values = np.polynomial.chebyshev.chebgrid2d(place, place, found)
    assert values == pytest.approx(x**2 * y + y**3, abs=1e-12)
    shifted = integrated_gradient(2 * x, 0 * y, (1.0, 3.0))
    assert np.polynomial.chebyshev.chebval2d(0.0, 0.0, shifted) == pytest.approx(-1 / 3)
