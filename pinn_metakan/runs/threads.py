"""Threads that leave a process few addresses: each of them takes some before it does anything."""

import os

import torch

from pinn_metakan.runs.needed_memory import gib

# All of these: docs/decisions/0015-bounded-memory.md.
#: Stack of a thread where no limit says how large it is, and what allocation takes for a thread.
_STACK, _ARENA = 2 * 2**20, 64 * 2**20
#: Threads with an arena of their own, for each processor.
_ARENAS = 8
#: Part of the addresses that many threads take.
_MANY = 0.25


def thread_advice() -> str | None:
    """Say that threads take many of the addresses that this process may have.

    Returns:
        What to set, and why; None where they do not.
    """
    try:
        import resource  # Unix only

        addresses = resource.getrlimit(resource.RLIMIT_AS)[0]
        stack = resource.getrlimit(resource.RLIMIT_STACK)[0]
    except (ImportError, ValueError, OSError):
        return None
    threads, cores = torch.get_num_threads(), _cores()
    if addresses == resource.RLIM_INFINITY or threads <= cores:
        return None
    stack = _STACK if stack == resource.RLIM_INFINITY else stack
    size = threads * stack + min(threads, _ARENAS * cores) * _ARENA
    if size < _MANY * addresses:
        return None
    return f"OMP_NUM_THREADS={cores} ({threads} threads take up to {gib(size)} of addresses)"


def _cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
