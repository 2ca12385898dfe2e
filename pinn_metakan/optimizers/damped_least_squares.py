"""Damped linear least squares: one linearization, any damping."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor

from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.optimizers.stacked_factor import StackedFactor

# All of these: docs/decisions/0004-normal-equations.md.
#: The normal equations lose half of the digits; refined by J itself, they serve while the damping
#: is above this part of their trace. Below it, J is factorized.
_NORMAL_EQUATIONS = 1e-15
#: A solution of the normal equations is wrong by this over the damping, in parts of the trace; each
#: refinement multiplies its error by that again.
_ROUNDING = 1e-15
#: Digits that a solution shall have, and how often it is refined for them at most.
DIGITS, _REFINEMENTS = 8, 4
#: Numbers in the largest J that is factorized: a second of work.
_LARGEST_ORTHOGONAL = 10_000_000


class Factorization(ABC):
    """What solves (J^T J + lambda) step = -J^T v for one damping lambda."""

    @abstractmethod
    def solve(self, v: Tensor, digits: int = DIGITS) -> Tensor:
        """Step, shape (P,), for v, shape (N,), with so many digits at least."""


class NormalEquations(Factorization):
    r"""A Cholesky factor of :math:`J^T J + \lambda`; for no more parameters than residuals.

    Args:
        here: J.
        lower: The factor, shape (P, P).
        amount: lambda.

    Source: Bjoerck, Linear Algebra Appl. 88/89 (1987) 31-48, corrected seminormal equations.
    """

    def __init__(self, here: Linearization, lower: Tensor, amount: float):
        self._here, self._lower, self._amount = here, lower, amount

    def solve(self, v: Tensor, digits: int = DIGITS) -> Tensor:
        """Solve and refine; see `Factorization.solve`."""
        here = self._here

        def remainder(solution: Tensor) -> Tensor:
            return here.pulled_sum(v, solution)

        times = _refinements(self._amount / here.trace, min(digits, here.digits))
        right_side = here.slopes if v is here.r else here.pulled(v)
        return _refined(self._lower, right_side, remainder, self._amount, times)


class KernelEquations(Factorization):
    r"""A Cholesky factor of :math:`J J^T + \lambda`; for more parameters than residuals.

    The step :math:`-J^T (J J^T + \lambda)^{-1} v` is that of the normal equations and needs the
    smaller matrix, but all rows of J in one place.

    Args:
        here: J.
        lower: The factor, shape (n_residuals, n_residuals).
        amount: lambda.
    """

    def __init__(self, here: Linearization, lower: Tensor, amount: float):
        self._here, self._lower, self._amount = here, lower, amount

    def solve(self, v: Tensor, digits: int = DIGITS) -> Tensor:
        """Solve and refine; see `Factorization.solve`."""
        j, whole = self._here.all_rows(), self._here.gathered(v)

        def remainder(solution: Tensor) -> Tensor:
            return whole + j @ (j.T @ solution)

        times = _refinements(self._amount / self._here.trace, digits)
        return j.T @ _refined(self._lower, whole, remainder, self._amount, times)


class OrthogonalFactor(Factorization):
    r"""A factorization J = Q R, and :math:`[R; \sqrt\lambda] = Q_\lambda R_\lambda`.

    It keeps all digits.

    Args:
        factored: J = Q R.
        amount: lambda.

    Source: Bjoerck, Numerical Methods for Least Squares Problems, SIAM, 1996, section 5.3.
    """

    def __init__(self, factored: StackedFactor, amount: float):
        self._factored = factored
        r = factored.upper  # (k, P)
        damping = torch.eye(r.shape[1]).to(r) * math.sqrt(amount)
        self._damped = torch.geqrf(torch.cat([r, damping]))

    def solve(self, v: Tensor, digits: int = DIGITS) -> Tensor:
        """Multiply by Q^T, then solve the triangle; see `Factorization.solve`."""
        known = self._factored.projected(v)
        damped, scales = self._damped
        padded = torch.cat([known, known.new_zeros(len(scales), 1)])
        known = torch.ormqr(damped, scales, padded, transpose=True)[: len(scales)]
        upper = damped[: len(scales)]
        return -torch.linalg.solve_triangular(upper, known, upper=True).squeeze(1)


class DampedLeastSquares:
    """Damped steps from one linearization: what serves several dampings is computed once.

    A Cholesky factor costs a tenth of all eigenvectors, and a step tries a few dampings only.

    Args:
        here: The residual and J.
    """

    def __init__(self, here: Linearization):
        self.here = here
        self._is_tall = here.n_residuals >= here.n_parameters
        # Computed when first needed; cached_property would lock the class while processes that
        # are threads exchange what they have.
        self._matrix: Tensor | None = None
        self._factored: StackedFactor | None = None

    def factorization(self, damping: float) -> Factorization | None:
        """Factorize for a damping, as part of the trace of J^T J; None if nothing serves it."""
        here, amount = self.here, damping * self.here.trace
        lower = self._cholesky(amount) if damping >= _NORMAL_EQUATIONS else None
        if lower is not None:
            equations = NormalEquations if self._is_tall else KernelEquations
            return equations(here, lower, amount)
        longer = max(here.n_residuals, here.n_parameters)  # R has a row of lambda per parameter
        if longer * here.n_parameters <= _LARGEST_ORTHOGONAL:
            if self._factored is None:
                self._factored = here.factored()
            return OrthogonalFactor(self._factored, amount)
        return None

    def _cholesky(self, amount: float) -> Tensor | None:
        """Lower factor of the smaller matrix + lambda; None if rounding leaves it indefinite."""
        if self._matrix is None:
            self._matrix = self.here.gram() if self._is_tall else self.here.kernel()
        damped = self._matrix.clone()
        damped.diagonal().add_(amount)
        lower, failed = torch.linalg.cholesky_ex(damped)
        return None if bool(failed) else lower


def _refinements(damping: float, digits: int) -> int:
    """How often a solution for a damping, in parts of the trace, is refined for so many digits."""
    of_one = math.log10(max(damping / _ROUNDING, 10.0))
    return min(math.ceil(digits / of_one) - 1, _REFINEMENTS)


def _refined(
    lower: Tensor,
    right_side: Tensor,
    remainder: Callable[[Tensor], Tensor],
    amount: float,
    times: int,
) -> Tensor:
    """Solve (A + lambda) x = -b by a factor, refined by products with what A is made of.

    Args:
        lower: Cholesky factor of A + lambda, shape (n, n).
        right_side: b, shape (n,).
        remainder: Evaluates b + A x, shape (n,), without rounding A.
        amount: lambda.
        times: How often.

    Returns:
        x, shape (n,).
    """
    solution = -torch.cholesky_solve(right_side.unsqueeze(1), lower).squeeze(1)
    for _ in range(times):
        missing = remainder(solution) + amount * solution
        solution -= torch.cholesky_solve(missing.unsqueeze(1), lower).squeeze(1)
    return solution
