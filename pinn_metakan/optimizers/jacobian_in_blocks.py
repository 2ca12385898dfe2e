"""A Jacobian that is made anew, in blocks of rows, whenever something is asked of it."""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.jacobian import LARGEST_GRAM, Jacobian, lower_gram

#: Makes the Jacobian at the present parameters: of each block, the places of its rows in the
#: residual vector, (n,), and the block itself, (n, P).
MakeBlocks = Callable[[], Iterator[tuple[Tensor, Tensor]]]


class JacobianInBlocks(Jacobian):
    """A Jacobian of which one block of rows is in memory at a time.

    Each product costs a pass over all blocks. The first pass makes J^T J as well, whose diagonal
    has the norms of the columns, unless there are more parameters than `LARGEST_GRAM`.

    Args:
        make: Makes the blocks, at the parameters as they are then.
        count: N.
        parameters: What they are made at: the values that these have now, whenever it is.
    """

    def __init__(self, make: MakeBlocks, count: int, parameters: Sequence[nn.Parameter]):
        self._make, self._count = make, count
        self._parameters = list(parameters)
        self._point = flattened(parameters)
        self._units: Tensor | None = None
        self._gram: Tensor | None = None

    def column_squares(self) -> Tensor:
        """The diagonal of J^T J, or sums over blocks; see `Jacobian.column_squares`."""
        if len(self._point) > LARGEST_GRAM:
            return self._summed(lambda places, block: block.square().sum(dim=0))
        return self.gram().diagonal().clone()

    def measure_in(self, units: Tensor) -> None:
        """Keep the units; see `Jacobian.measure_in`."""
        self._units = units if self._units is None else self._units * units
        if self._gram is not None:
            self._gram.mul_(units).mul_(units.unsqueeze(1))

    def pushed(self, step: Tensor) -> Tensor:
        """Multiply block by block; see `Jacobian.pushed`."""
        found = step.new_empty(self._count)
        for places, block in self._blocks():
            found[places] = block @ step
        return found

    def pulled(self, v: Tensor) -> Tensor:
        """Sum over blocks; see `Jacobian.pulled`."""
        return self._summed(lambda places, block: block.T @ v[places])

    def pulled_sum(self, v: Tensor, step: Tensor) -> Tensor:
        """Sum over blocks, in one pass; see `Jacobian.pulled_sum`."""
        return self._summed(lambda places, block: block.T @ (v[places] + block @ step))

    def gram(self) -> Tensor:
        """Sum over blocks, once; see `Jacobian.gram`."""
        if self._gram is None:
            self._gram = self._summed(lambda places, block: lower_gram(block))
        return self._gram

    def rows(self) -> Tensor:
        """Put all blocks into one tensor; see `Jacobian.rows`."""
        found = self._point.new_empty(self._count, len(self._point), dtype=torch.float64)
        for places, block in self._blocks():
            found[places] = block
        return found

    def _summed(self, part: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        total: Tensor | None = None
        for places, block in self._blocks():
            found = part(places, block)
            total = found if total is None else total.add_(found)
        assert total is not None, "a residual vector has entries"
        return total

    def _blocks(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Make the blocks where this Jacobian is, and leave the parameters as they are."""
        present = flattened(self._parameters)
        assign(self._point, self._parameters)
        try:
            for places, block in self._make():
                block = block.double()
                yield places, block if self._units is None else block.mul_(self._units)
        finally:
            assign(present, self._parameters)
