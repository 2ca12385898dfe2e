"""A Jacobian that is made anew, in blocks of rows, whenever all of its numbers are needed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.jacobian import LARGEST_GRAM, Jacobian, lower_gram

#: Digits of a solution: what a refinement gains beyond them is not worth two passes over all points
#: (docs/decisions/0041-large-runs.md).
_DIGITS = 4


class RowPasses(ABC):
    """Passes over the rows of a Jacobian, at the parameters as they are then."""

    @abstractmethod
    def blocks(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Make the places of some rows in the residual vector, (n,), and these rows, (n, P)."""

    @abstractmethod
    def pushed(self, step: Tensor) -> Tensor:
        """J step, shape (N,), for a step, shape (P,), without making J."""

    @abstractmethod
    def pulled(self, v: Tensor) -> Tensor:
        """J^T v, shape (P,), for v, shape (N,), without making J."""


class JacobianInBlocks(Jacobian):
    """A Jacobian of which one block of rows is in memory at a time, when J^T J is made.

    The pass that makes J^T J, whose diagonal has the norms of the columns, makes J^T r as well.
    With more parameters than `LARGEST_GRAM` it makes these norms only. Products with vectors
    differentiate the residuals along them and make no rows.

    Args:
        passes: What makes rows and products, at the parameters as they are then.
        r: Residual vector, shape (N,).
        parameters: Where they are made: at the values that these have now, whenever it is.
    """

    digits: ClassVar[int] = _DIGITS

    def __init__(self, passes: RowPasses, r: Tensor, parameters: Sequence[nn.Parameter]):
        self._passes, self._r = passes, r.double()
        self._parameters = list(parameters)
        self._point = flattened(parameters)
        self._units: Tensor | None = None
        self._gram: Tensor | None = None
        self._slopes: Tensor | None = None  # J^T r

    def column_squares(self) -> Tensor:
        """The diagonal of J^T J, or sums over blocks; see `Jacobian.column_squares`."""
        if len(self._point) > LARGEST_GRAM:
            squares, self._slopes = self._summed(lambda block: block.square().sum(dim=0))
            return squares
        return self.gram().diagonal().clone()

    def measure_in(self, units: Tensor) -> None:
        """Keep the units; see `Jacobian.measure_in`."""
        self._units = units if self._units is None else self._units * units
        if self._gram is not None:
            self._gram.mul_(units).mul_(units.unsqueeze(1))
        if self._slopes is not None:
            self._slopes.mul_(units)

    def pushed(self, step: Tensor) -> Tensor:
        """Differentiate along the step; see `Jacobian.pushed`."""
        with self._in_place():
            return self._passes.pushed(self._measured(step).to(self._point)).double()

    def pulled(self, v: Tensor) -> Tensor:
        """Differentiate v . r, unless it is known; see `Jacobian.pulled`."""
        if self._slopes is not None and torch.equal(v, self._r):
            return self._slopes.clone()
        with self._in_place():
            return self._measured(self._passes.pulled(v))

    def pulled_sum(self, v: Tensor, step: Tensor) -> Tensor:
        """Differentiate along the step, then backward; see `Jacobian.pulled_sum`."""
        return self.pulled(v + self.pushed(step))

    def gram(self) -> Tensor:
        """Sum over blocks, once; see `Jacobian.gram`."""
        if self._gram is None:
            self._gram, self._slopes = self._summed(lower_gram)
        return self._gram

    def rows(self) -> Tensor:
        """Put all blocks into one tensor; see `Jacobian.rows`."""
        found = self._point.new_empty(len(self._r), len(self._point), dtype=torch.float64)
        for places, block in self._blocks():
            found[places] = block
        return found

    def _summed(self, part: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
        """Sum a part of each block, and J^T r, in one pass."""
        total: Tensor | None = None
        slopes = torch.zeros_like(self._point, dtype=torch.float64)
        for places, block in self._blocks():
            found = part(block)
            total = found if total is None else total.add_(found)
            slopes += block.T @ self._r[places]
        assert total is not None, "a residual vector has entries"
        return total, slopes

    def _blocks(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Make the blocks where this Jacobian is, and leave the parameters as they are."""
        with self._in_place():
            for places, block in self._passes.blocks():
                block = block.double()
                yield places, block if self._units is None else block.mul_(self._units)

    def _measured(self, v: Tensor) -> Tensor:
        return v if self._units is None else self._units * v

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        """Put the parameters where this Jacobian is, and back."""
        present = flattened(self._parameters)
        assign(self._point, self._parameters)
        try:
            yield
        finally:
            assign(present, self._parameters)
