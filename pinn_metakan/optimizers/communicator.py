"""Sums over residuals that are spread over processes."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor


class Communicator(ABC):
    """What processes exchange that have some of the residuals, but all of the parameters each.

    All of them call the same methods in the same order.

    Attributes:
        number: Which of the processes this one is, from 0.
        count: How many there are.
    """

    number: int = 0
    count: int = 1

    @abstractmethod
    def summed(self, part: Tensor) -> Tensor:
        """Sum of the parts of all processes, in the shape of one."""

    @abstractmethod
    def gathered(self, rows: Tensor) -> Tensor:
        """Rows of all processes, one below the other, in the same order in each of them."""

    @abstractmethod
    def agreed(self, values: Tensor) -> Tensor:
        """Values of the first process, in the shape that all have."""

    @property
    def own(self) -> slice:
        """Which rows are those of this process: each `count`-th one."""
        return slice(self.number, None, self.count)

    @final
    def share(self, rows: Tensor) -> Tensor:
        """Take the rows of this process."""
        return rows[self.own]

    @final
    def spread(self, function: Callable[[Tensor], Tensor], rows: Tensor) -> Tensor:
        """Apply a function to rows, each process to its own.

        Args:
            function: Takes rows (M, ...), gives a row for each, whatever the others are.
            rows: Shape (N, ...), the same in all processes.

        Returns:
            The rows that it gives for all, in their order, in all processes.
        """
        if self.count == 1 or len(rows) < self.count:
            return function(rows)
        found = self.gathered(function(self.share(rows)))
        order = torch.arange(len(rows), device=found.device)
        places = torch.cat([order[number :: self.count] for number in range(self.count)])
        return torch.empty_like(found).index_copy_(0, places, found)


class OneProcess(Communicator):
    """A process that has all residuals itself."""

    def summed(self, part: Tensor) -> Tensor:
        """Sum of one part: the part itself."""
        return part

    def gathered(self, rows: Tensor) -> Tensor:
        """Rows as they are."""
        return rows

    def agreed(self, values: Tensor) -> Tensor:
        """Values as they are."""
        return values


ONE_PROCESS = OneProcess()
