"""The Jacobian of a residual vector as a linearization uses it, and one that is kept whole."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

#: J^T J is symmetric: computed in so many blocks of columns it costs a little over half
#: (docs/decisions/0004-normal-equations.md).
_GRAM_BLOCKS = 4
#: Numbers of the largest Jacobian that is kept where nothing else is said (800 MB,
#: docs/decisions/0041-large-runs.md).
LARGEST_KEPT = 100_000_000
#: Parameters of the largest network whose J^T J is made where J itself is too large to be kept
#: (docs/decisions/0041-large-runs.md).
LARGEST_GRAM = 6_000


class Jacobian(ABC):
    """J of the residuals that this process has, shape (N, P), in float64.

    Attributes:
        digits: Those of a solution that products with it are worth refining it for.
    """

    digits: ClassVar[int] = 16

    @abstractmethod
    def column_squares(self) -> Tensor:
        """Squares of the norms of the columns, shape (P,)."""

    @abstractmethod
    def measure_in(self, units: Tensor) -> None:
        """Multiply the columns by units, shape (P,), from now on."""

    @abstractmethod
    def pushed(self, step: Tensor) -> Tensor:
        """J step, shape (N,), for a step, shape (P,)."""

    @abstractmethod
    def pulled(self, v: Tensor) -> Tensor:
        """J^T v, shape (P,), for v, shape (N,)."""

    @abstractmethod
    def pulled_sum(self, v: Tensor, step: Tensor) -> Tensor:
        """J^T (v + J step), shape (P,), for v, shape (N,), and a step, shape (P,)."""

    @abstractmethod
    def gram(self) -> Tensor:
        """J^T J, shape (P, P), where only the lower triangle is meant."""

    @abstractmethod
    def rows(self) -> Tensor:
        """J itself, shape (N, P)."""


class WholeJacobian(Jacobian):
    """A Jacobian that is kept.

    Args:
        numbers: Shape (N, P); overwritten if it is of float64.
    """

    def __init__(self, numbers: Tensor):
        self._numbers = numbers.double()

    def column_squares(self) -> Tensor:
        """Square the norms; see `Jacobian.column_squares`."""
        return torch.linalg.vector_norm(self._numbers, dim=0).square()

    def measure_in(self, units: Tensor) -> None:
        """Multiply in place: it is the largest tensor of all."""
        self._numbers = self._numbers.mul_(units)

    def pushed(self, step: Tensor) -> Tensor:
        """Multiply; see `Jacobian.pushed`."""
        return self._numbers @ step

    def pulled(self, v: Tensor) -> Tensor:
        """Multiply; see `Jacobian.pulled`."""
        return self._numbers.T @ v

    def pulled_sum(self, v: Tensor, step: Tensor) -> Tensor:
        """Multiply twice; see `Jacobian.pulled_sum`."""
        return self.pulled(v + self.pushed(step))

    def gram(self) -> Tensor:
        """Multiply in blocks; see `Jacobian.gram`."""
        return lower_gram(self._numbers)

    def rows(self) -> Tensor:
        """The numbers; see `Jacobian.rows`."""
        return self._numbers


def lower_gram(a: Tensor) -> Tensor:
    """A^T A, shape (n, n), for A, shape (m, n); only the lower triangle, in blocks of columns."""
    size = a.shape[1]
    gram = a.new_zeros(size, size)
    width = max(1, math.ceil(size / _GRAM_BLOCKS))
    for begin in range(0, size, width):
        block = a[:, begin : begin + width]
        gram[begin:, begin : begin + width] = a[:, begin:].T @ block
    return gram
