"""Sums over residuals that are spread over processes."""

from abc import ABC, abstractmethod

from torch import Tensor


class Communicator(ABC):
    """What processes exchange that have some of the residuals, but all of the parameters each."""

    @abstractmethod
    def summed(self, part: Tensor) -> Tensor:
        """Sum of the parts of all processes, in the shape of one."""

    @abstractmethod
    def gathered(self, rows: Tensor) -> Tensor:
        """Rows of all processes, one below the other, in the same order in each of them."""


class OneProcess(Communicator):
    """A process that has all residuals itself."""

    def summed(self, part: Tensor) -> Tensor:
        """Sum of one part: the part itself."""
        return part

    def gathered(self, rows: Tensor) -> Tensor:
        """Rows as they are."""
        return rows


ONE_PROCESS = OneProcess()
