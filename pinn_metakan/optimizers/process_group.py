"""Processes that train one run together, by torch.distributed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.distributed_c10d import Store

from pinn_metakan.errors import ProcessesLost
from pinn_metakan.optimizers.communicator import Communicator

#: What exchanges tensors, by the kind of device that they are on.
_BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}


class ProcessGroup(Communicator):
    """The processes that `torchrun` has started, or anything else that sets its variables.

    Args:
        store: Where the processes find each other.
        number: Which of them this one is, from 0.
        count: How many there are.
        device: Where this one computes.
        timeout: Longest wait for another one [s].

    Raises:
        ProcessesLost: If the others do not come.
    """

    def __init__(self, store: Store, number: int, count: int, device: torch.device, timeout: float):
        self.number, self.count = number, count
        self._timeout = timeout
        self._is_lost = False
        with self._told():
            dist.init_process_group(
                _BACKENDS.get(device.type, "gloo"),
                store=store,
                rank=number,
                world_size=count,
                timeout=timedelta(seconds=timeout),
            )

    def summed(self, part: Tensor) -> Tensor:
        """Sum of all parts, bit for bit the same in all processes."""
        whole = part.detach().clone(memory_format=torch.contiguous_format)
        self._exchange(dist.all_reduce, whole)
        return whole

    def gathered(self, rows: Tensor) -> Tensor:
        """Rows of all processes, in the order of their numbers."""
        counts = torch.zeros(self.count, dtype=torch.int64)
        counts[self.number] = len(rows)
        lengths = self.summed(counts).tolist()
        own = rows.new_zeros(max(lengths), *rows.shape[1:])
        own[: len(rows)] = rows.detach()
        parts = [torch.empty_like(own) for _ in lengths]
        self._exchange(dist.all_gather, parts, own)
        return torch.cat([part[:n] for part, n in zip(parts, lengths, strict=True)])

    def agreed(self, values: Tensor) -> Tensor:
        """Values of process 0."""
        values = values.detach().clone(memory_format=torch.contiguous_format)
        self._exchange(dist.broadcast, values, 0)
        return values

    def leave(self) -> None:
        """End it; the others may go on to their end."""
        if not self._is_lost:
            dist.destroy_process_group()

    def _exchange(self, collective: Callable[..., Any], *arguments: Any) -> None:
        with self._told():
            if self._is_lost:
                raise RuntimeError("processes do not come back")
            collective(*arguments)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what it means that an exchange fails."""
        try:
            yield
        except RuntimeError as error:
            self._is_lost = True
            raise ProcessesLost(
                f"process {self.number} has lost one of the other {self.count - 1}: it has ended, "
                f"or did not answer for {self._timeout:g} s (process_timeout)"
            ) from error
