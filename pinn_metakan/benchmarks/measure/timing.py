"""The time that functions take, measured in turn."""

import time
from collections.abc import Callable, Sequence

import torch


def fastest(functions: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Time functions in turn, so that a busy machine slows all of them alike.

    Args:
        functions: What to time; each is called once before.
        rounds: How often each is timed.

    Returns:
        The shortest time of each [s].
    """
    best = [float("inf")] * len(functions)
    for count in range(rounds + 1):
        for number, function in enumerate(functions):
            _synchronize()
            begin = time.perf_counter()
            function()
            _synchronize()
            if count > 0:
                best[number] = min(best[number], time.perf_counter() - begin)
    return best


def _synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
