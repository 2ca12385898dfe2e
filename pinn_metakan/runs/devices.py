"""The device of a run: which one was found and why, and how slow float64 is on it."""

import os
import time
import warnings
from functools import cache
from pathlib import Path

import torch

from pinn_metakan.errors import SettingsError
from pinn_metakan.runs.processes import own_device

#: A message of torch is cut after so many characters: some list every operator of a device.
_REASON_LENGTH = 120
# Both: docs/decisions/0013-precision.md.
#: Side of the matrices whose products are timed, and how often; the fastest counts.
_SIDE, _ROUNDS = 2048, 3
#: Above this, users are told that float64 is slow.
_SLOW = 8.0
#: Where Linux tells what memory a container may have: control groups of version 2, and of 1.
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def chosen_device(name: str, dtype: torch.dtype = torch.float32) -> tuple[torch.device, str]:
    """Find a device, and try a sum on it.

    Args:
        name: "auto" or a name of torch.
        dtype: What it has to compute with.

    Returns:
        The device, and why it was chosen.

    Raises:
        SettingsError: If it is not here, or cannot compute with that type of numbers.
    """
    is_auto, name = name == "auto", own_device(name)
    if is_auto:
        if torch.cuda.is_available():
            return torch.device("cuda" if name == "auto" else name), "a CUDA device was found"
        return torch.device("cpu"), _why_no_cuda()
    try:
        with warnings.catch_warnings(action="ignore"):
            device = torch.device(name)
            is_usable = float(torch.ones(2, dtype=dtype, device=device).sum()) == 2.0
    except Exception as error:  # each device of torch has its own way to say that it is not here
        reason = str(error).strip().partition("\n")[0].partition(". ")[0][:_REASON_LENGTH]
        raise SettingsError(f"device {name!r} cannot be used here: {reason}") from error
    if not is_usable:
        raise SettingsError(f"device {name!r} cannot be used here: it adds wrongly")
    return device, "as asked for"


def device_text(device: torch.device, reason: str) -> str:
    """Name a device, with what is known of it and why it was chosen.

    Args:
        device: The device.
        reason: Why.

    Returns:
        Such as ``cuda NVIDIA H100 80GB HBM3, compute capability 9.0, 79 GiB (as asked for)``, or
        ``cpu (no CUDA device was found), 2 threads``.
    """
    if device.type == "cuda":
        found = torch.cuda.get_device_properties(device)
        kind = f"{found.name}, compute capability {found.major}.{found.minor}"
        return f"{device} {kind}, {found.total_memory / 2**30:.0f} GiB ({reason})"
    threads = f", {torch.get_num_threads()} threads" if device.type == "cpu" else ""
    return f"{device} ({reason}){threads}"


def memory_of(device: torch.device) -> int | None:
    """Bytes of memory of a device, or that this process may have of the machine's.

    Args:
        device: The device.

    Returns:
        The number; None if it is not known.
    """
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    try:
        import resource  # Unix only

        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    except (ImportError, ValueError, OSError):
        return None
    container = _memory_of_container()
    machine = machine if container is None else min(machine, container)
    return machine if limit == resource.RLIM_INFINITY else min(machine, limit)


def _memory_of_container() -> int | None:
    """Bytes that the container of this process may have; None without a limit."""
    for path in _LIMITS:
        try:
            text = Path(path).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        return int(text) if text.isdecimal() else None  # max
    return None


def advice_on_float64(device: torch.device) -> str | None:
    """Say what to do where float64 is slow, as on cards for graphics; None where it is not.

    Args:
        device: Where a run in float64 computes.

    Returns:
        One line, by a measurement of about a tenth of a second.
    """
    slowdown = float64_slowdown(device) if device.type == "cuda" else 1.0
    if slowdown <= _SLOW:
        return None
    return (
        f"float64 is {slowdown:.0f} times slower than float32 on {device}: --dtype float32 "
        "evaluates in float32 and factorizes in float64, for errors down to about 1e-6"
    )


@cache
def float64_slowdown(device: torch.device) -> float:
    """Time of a product of matrices in float64, over that in float32 [-]."""
    double, single = (_seconds_of_product(device, t) for t in (torch.float64, torch.float32))
    return double / single


def _seconds_of_product(device: torch.device, dtype: torch.dtype) -> float:
    """Time of a product of matrices, the fastest of several [s]."""
    matrix = torch.ones(_SIDE, _SIDE, device=device, dtype=dtype)
    seconds = []
    for _ in range(_ROUNDS + 1):  # the first one loads the library
        torch.cuda.synchronize(device)
        began = time.perf_counter()
        matrix @ matrix
        torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - began)
    return min(seconds[1:])


def _why_no_cuda() -> str:
    """Why nothing but the CPU was found."""
    if torch.backends.cuda.is_built():
        return "no CUDA device was found"
    return f"no CUDA device was found; PyTorch {torch.__version__} is built without CUDA"
