"""Factorizations against SciPy's least squares."""

import math

import pytest
import torch
from scipy.linalg import lstsq

from pinn_metakan.optimizers import damped_least_squares
from pinn_metakan.optimizers.damped_least_squares import (
    DampedLeastSquares,
    Factorization,
    KernelEquations,
    NormalEquations,
    OrthogonalFactor,
)
from pinn_metakan.optimizers.linearization import Linearization

SHAPES = {"tall": (60, 25), "wide": (25, 60)}


def ill_conditioned(shape: tuple[int, int], generator: torch.Generator) -> torch.Tensor:
    """A matrix with a condition number of 1e10."""
    rank = min(shape)
    left, _ = torch.linalg.qr(torch.randn(shape[0], rank, generator=generator).double())
    right, _ = torch.linalg.qr(torch.randn(shape[1], rank, generator=generator).double())
    return left * torch.logspace(0, -10, rank, dtype=torch.float64) @ right.T


def linearization(jacobian: torch.Tensor) -> Linearization:
    n_residuals, n_parameters = jacobian.shape
    return Linearization(torch.zeros(n_parameters), torch.ones(n_residuals), jacobian, 0.0)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("damping", [1e-2, 1e-8, 1e-12, 1e-14])
@pytest.mark.parametrize("is_orthogonal", [False, True], ids=["cholesky", "orthogonal"])
def test_a_factorization_solves_the_damped_least_squares_problem(
    is_orthogonal: bool,
    damping: float,
    shape: str,
    generator: torch.Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Against SciPy's least squares of J with sqrt(lambda) below it."""
    jacobian = ill_conditioned(SHAPES[shape], generator)
    n_residuals, n_parameters = jacobian.shape
    v = torch.randn(n_residuals, generator=generator).double()
    here = linearization(jacobian)
    kind: type[Factorization] = NormalEquations if shape == "tall" else KernelEquations
    if is_orthogonal:
        kind = OrthogonalFactor
        monkeypatch.setattr(damped_least_squares, "_NORMAL_EQUATIONS", math.inf)
    factorization = DampedLeastSquares(here).factorization(damping)
    assert isinstance(factorization, kind)
    below = (damping * here.trace) ** 0.5 * torch.eye(n_parameters, dtype=torch.float64)
    stacked, right_side = torch.cat([jacobian, below]), torch.cat([-v, v.new_zeros(n_parameters)])
    expected = torch.from_numpy(lstsq(stacked.numpy(), right_side.numpy())[0])
    assert (factorization.solve(v) - expected).norm() < 1e-6 * expected.norm()


def test_the_smallest_dampings_are_orthogonal(generator: torch.Generator) -> None:
    problem = DampedLeastSquares(linearization(ill_conditioned((60, 25), generator)))
    assert isinstance(problem.factorization(1e-16), OrthogonalFactor)


def test_a_jacobian_too_large_to_be_orthogonal_ends_the_dampings(
    generator: torch.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damped_least_squares, "_LARGEST_ORTHOGONAL", 60 * 25 - 1)
    problem = DampedLeastSquares(linearization(ill_conditioned((60, 25), generator)))
    assert problem.factorization(1e-14) is not None
    assert problem.factorization(1e-16) is None
