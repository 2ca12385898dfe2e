"""The memory that tensors take: the most while something is computed, and what a loss keeps."""

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from pinn_metakan.runs.assembled import AssembledRun

#: Bytes.
MIB = 2**20


class _LiveTensors(TorchDispatchMode):
    """Counts the bytes of the tensors that operations return, until they are freed."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0
        self._now = 0
        self._known: set[int] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> object:
        given = {_storage(t) for t in tree_iter((args, kwargs)) if isinstance(t, Tensor)}
        result = func(*args, **(kwargs or {}))
        for tensor in tree_iter(result):
            if isinstance(tensor, Tensor) and _storage(tensor) not in given:
                self._count(tensor.untyped_storage())
        return result

    def _count(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._known:
            return
        self._known.add(key)
        self._now += size
        self.most = max(self.most, self._now)

        def freed() -> None:
            self._known.discard(key)
            self._now -= size

        weakref.finalize(storage, freed)


def _storage(tensor: Tensor) -> int:
    return tensor.untyped_storage()._cdata


def peak_bytes(compute: Callable[[], object], device: torch.device) -> int:
    """Measure the most memory that tensors take beside those that are there before.

    On a CUDA device that is what its allocator counts. Elsewhere it is the sum of the tensors that
    operations return, until they are freed; what one operation uses inside is not seen.

    Args:
        compute: What to measure; called once.
        device: Where it computes.

    Returns:
        Bytes.
    """
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        compute()
        torch.cuda.synchronize(device)
        return torch.cuda.max_memory_allocated(device) - before
    with _LiveTensors() as live:
        compute()
    return live.most


def saved_bytes(run: AssembledRun) -> int:
    """Count what the loss keeps for its backward pass, besides parameters and prepared points."""
    run.objective.loss()  # prepares the points
    own = {p.untyped_storage().data_ptr() for p in run.ansatz.parameters()}
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept.setdefault(
            tensor.untyped_storage().data_ptr(), tensor
        )  # alive, so never counted twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        run.objective.loss()
    return sum(t.untyped_storage().nbytes() for key, t in kept.items() if key not in own)
