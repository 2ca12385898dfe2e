"""Threads that stand for the processes of one run: each has its part of the residuals."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from typing import TypeVar

import torch
from torch import Tensor

from pinn_metakan.optimizers.communicator import Communicator

_Result = TypeVar("_Result")


class Exchange:
    """Where threads meet to see each other's tensors."""

    def __init__(self, count: int) -> None:
        self.barrier = Barrier(count, timeout=60)
        self._parts: list[Tensor | None] = [None] * count

    def all(self, number: int, part: Tensor) -> list[Tensor]:
        self._parts[number] = part
        self.barrier.wait()
        parts = [part for part in self._parts if part is not None]
        self.barrier.wait()
        return parts


class OneOfThreads(Communicator):
    """A thread that has a part of the residuals, as a process of a data-parallel run has."""

    def __init__(self, exchange: Exchange, number: int, count: int):
        self._exchange, self.number, self.count = exchange, number, count

    def summed(self, part: Tensor) -> Tensor:
        first, *others = self._exchange.all(self.number, part.detach())
        whole = first.clone()
        for other in others:
            whole = whole + other
        return whole

    def gathered(self, rows: Tensor) -> Tensor:
        return torch.cat(self._exchange.all(self.number, rows.detach()))

    def agreed(self, values: Tensor) -> Tensor:
        return self._exchange.all(self.number, values.detach())[0].clone()


def in_threads(count: int, work: Callable[[Communicator], _Result]) -> list[_Result]:
    """What each of so many threads returns; if one fails, the others do not wait for it."""
    exchange = Exchange(count)

    def begin(number: int) -> _Result:
        torch.set_num_threads(1)
        try:
            return work(OneOfThreads(exchange, number, count))
        except BaseException:
            exchange.barrier.abort()
            raise

    with ThreadPoolExecutor(count) as threads:
        begun = [threads.submit(begin, number) for number in range(count)]
    failures = [failure for each in begun if (failure := each.exception()) is not None]
    own = [failure for failure in failures if not isinstance(failure, BrokenBarrierError)]
    for failure in [*own, *failures]:
        raise failure
    return [each.result() for each in begun]
