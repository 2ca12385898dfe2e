"""Damped linear least squares: one Jacobian, any damping."""

import math
from abc import ABC, abstractmethod
from functools import cached_property

import torch
from torch import Tensor

#: The normal equations lose half of the digits; refined by J itself, they serve while the damping
#: is above this part of their trace. Below it, J is factorized.
_NORMAL_EQUATIONS = 1e-15
#: A solution of the normal equations is wrong by this over the damping, in parts of the trace; each
#: refinement multiplies its error by that again.
_ROUNDING = 1e-15
#: Digits that a solution shall have, and how often it is refined for them at most.
_DIGITS, _REFINEMENTS = 8, 4
#: Numbers in the largest J that is factorized: a second of work.
_LARGEST_ORTHOGONAL = 10_000_000
#: Column norms below this part of the largest count as this.
_SMALLEST_UNIT = 1e-6
#: J^T J is symmetric: computed in so many blocks of columns it costs a little over half.
_GRAM_BLOCKS = 4


class Factorization(ABC):
    """What solves (J^T J + lambda) step = -J^T v for any damping lambda."""

    @abstractmethod
    def solve(self, v: Tensor, damping: float) -> Tensor:
        """Give the step, shape (P,), for v, shape (N,)."""


class NormalEquations(Factorization):
    r"""A Gram matrix, and a Cholesky factor of it for each damping, refined by products with J.

    With more residuals than parameters the step is :math:`-(J^T J + \lambda)^{-1} J^T v`, else
    :math:`-J^T (J J^T + \lambda)^{-1} v`, which is the same and needs the smaller matrix. A
    Cholesky factor costs a tenth of all eigenvectors, and a step tries a few dampings only.

    Args:
        jacobian: J, shape (N, P).
        trace: Trace of J^T J.

    Source: Bjoerck, Linear Algebra Appl. 88/89 (1987) 31-48, corrected seminormal equations.
    """

    def __init__(self, jacobian: Tensor, trace: float):
        self._jacobian, self._trace = jacobian, trace
        self._is_tall = jacobian.shape[0] >= jacobian.shape[1]
        self._gram = _lower_gram(jacobian if self._is_tall else jacobian.T)
        self._lower: tuple[float, Tensor] | None = None

    def is_definite(self, damping: float) -> bool:
        """Factorize for a damping; tell whether rounding left the matrix positive definite."""
        if self._lower is None or self._lower[0] != damping:
            damped = self._gram.clone()
            damped.diagonal().add_(damping)
            lower, failed = torch.linalg.cholesky_ex(damped)
            self._lower = None if bool(failed) else (damping, lower)
        return self._lower is not None

    def solve(self, v: Tensor, damping: float) -> Tensor:
        """Solve and refine; `is_definite` has to be asked for this damping before."""
        assert self._lower is not None
        j, lower = self._jacobian, self._lower[1]
        solution = torch.zeros_like(lower[0])
        digits = math.log10(max(damping / self._trace / _ROUNDING, 10.0))  # a solution's, at least
        times = min(math.ceil(_DIGITS / digits) - 1, _REFINEMENTS)
        remainder = j.T @ v if self._is_tall else v
        for number in range(times + 1):
            solution -= torch.cholesky_solve(remainder.unsqueeze(1), lower).squeeze(1)
            if number == times:
                break
            if self._is_tall:
                remainder = j.T @ (v + j @ solution) + damping * solution
            else:
                remainder = v + j @ (j.T @ solution) + damping * solution
        return solution if self._is_tall else j.T @ solution


def _lower_gram(jacobian: Tensor) -> Tensor:
    """Give J^T J, shape (P, P), where only the lower triangle is meant, in blocks of columns."""
    size = jacobian.shape[1]
    gram = jacobian.new_zeros(size, size)
    width = max(1, math.ceil(size / _GRAM_BLOCKS))
    for begin in range(0, size, width):
        block = jacobian[:, begin : begin + width]
        gram[begin:, begin : begin + width] = jacobian[:, begin:].T @ block
    return gram


class Orthogonal(Factorization):
    """J = Q U S V^T, which keeps all digits and serves all dampings."""

    def __init__(self, jacobian: Tensor):
        q, upper = torch.linalg.qr(jacobian)
        left, self._singular, right = torch.linalg.svd(upper, full_matrices=False)
        self._left, self._basis = q @ left, right.T

    def solve(self, v: Tensor, damping: float) -> Tensor:
        """Filter the singular values; see `Factorization.solve`."""
        filtered = self._singular / (self._singular.square() + damping)
        return -self._basis @ (filtered * (self._left.T @ v))


class Linearization:
    """The residual and its Jacobian at a point.

    Args:
        point: Parameters, shape (P,).
        r: Residual vector, shape (N,).
        jacobian: J, shape (N, P).
        scaling: Exponent of the column norms that parameters are measured in.
    """

    def __init__(self, point: Tensor, r: Tensor, jacobian: Tensor, scaling: float):
        self.point, self.r = point, r.double()
        self.loss = float(self.r.square().sum())
        self.jacobian = jacobian.double()
        norms = torch.linalg.vector_norm(self.jacobian, dim=0)
        largest = norms.max().clamp(min=torch.finfo(norms.dtype).tiny)
        self.units = (norms / largest).clamp(min=_SMALLEST_UNIT) ** -scaling  # (P,)
        if scaling > 0:
            self.jacobian = self.jacobian.mul_(self.units)  # it is ours, and the largest of all
        #: Trace of J^T J: the largest eigenvalue, within a factor of P, at no cost.
        self.trace = float((norms * self.units).square().sum())
        self.slopes = self.jacobian.T @ self.r  # (P,)

    def factorization(self, damping: float) -> Factorization | None:
        """Choose what serves a damping, as part of the trace; None if nothing does."""
        if damping >= _NORMAL_EQUATIONS and self._normal.is_definite(damping * self.trace):
            return self._normal
        return self._orthogonal if self.jacobian.numel() <= _LARGEST_ORTHOGONAL else None

    def predicted(self, step: Tensor, amount: float) -> float:
        """Give the reduction of |r|^2 that the linear model promises for a damped step."""
        return float(amount * step.square().sum() - self.slopes @ step)

    def moved(self, step: Tensor) -> Tensor:
        """Give the parameters after a step that is measured in their units."""
        return (self.point + self.units * step).to(self.point)

    @cached_property
    def _normal(self) -> NormalEquations:
        return NormalEquations(self.jacobian, self.trace)

    @cached_property
    def _orthogonal(self) -> Orthogonal:
        return Orthogonal(self.jacobian)
