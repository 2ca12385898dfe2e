"""The processes of a run: this one alone, or those that torchrun has started."""

import atexit
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import torch

from pinn_metakan.errors import ProcessesLost, SettingsError
from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import Store

#: What torchrun sets in each process: its number, that on its machine, and where they meet.
_VARIABLES = ("RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")

#: Longest wait of a process that ends for one that it could ask whether to say so [s].
_ASK_SECONDS = 20.0

_present: Communicator = ONE_PROCESS
_meeting: "Store | None" = None


def present_processes() -> Communicator:
    """The processes that this one trains with; itself alone before `join_processes`."""
    return _present


def process_count() -> int:
    """Count the processes that were started together, by the variables of torchrun.

    Returns:
        The number, 1 without torchrun.

    Raises:
        SettingsError: If the variables are there in part.
    """
    count = _number("WORLD_SIZE", 1)
    missing = [name for name in _VARIABLES if name not in os.environ]
    if count > 1 and missing:
        raise SettingsError(
            f"WORLD_SIZE is {count}, but {', '.join(missing)} are not set: begin with torchrun "
            f"--nproc-per-node {count} -m pinn_metakan ..., or unset WORLD_SIZE for one process"
        )
    return count


def process_number() -> int:
    """Which of the processes this one is, from 0."""
    return _number("RANK", 0) if process_count() > 1 else 0


def own_device(name: str) -> str:
    """The device of this process among those of its machine.

    Args:
        name: As it was asked for.

    Returns:
        The name; of several processes, each has a GPU of its own.

    Raises:
        SettingsError: If there are fewer GPUs than processes, or one is asked for by its number.
    """
    if process_count() > 1 and name.startswith("cuda:"):
        raise SettingsError(
            f"device {name!r}: several processes would share it; give --device cuda, which gives "
            "each a GPU of its own"
        )
    is_gpu = name == "cuda" or (name == "auto" and torch.cuda.is_available())
    if process_count() == 1 or not is_gpu:
        return name
    here, gpus = _number("LOCAL_RANK", 0), torch.cuda.device_count()
    if here >= gpus:
        raise SettingsError(
            f"device {name!r}: each process needs a GPU of its own, and this machine has {gpus}; "
            f"begin with --nproc-per-node {max(gpus, 1)}, or give --device cpu"
        )
    return f"cuda:{here}"


def join_processes(device: torch.device, timeout: float) -> None:
    """Train with the processes that torchrun has started, from now on; with none if there are none.

    Args:
        device: Where this process computes.
        timeout: Longest wait for another one [s].

    Raises:
        SettingsError: If the variables of torchrun are there in part.
        ProcessesLost: If the others do not come.
    """
    global _present
    count = process_count()
    if count == 1 or _present.count > 1:
        return
    from pinn_metakan.optimizers.process_group import ProcessGroup

    if device.type == "cuda":
        torch.cuda.set_device(device)
    group = ProcessGroup(_store(timeout), process_number(), count, device, timeout)
    atexit.register(group.leave)
    _present = group


def is_first_to_tell() -> bool:
    """Ask whether this process is to tell how all end: what ends one ends all, and is told once.

    Returns:
        True for the first that asks, and for one that is alone.
    """
    try:
        if process_count() == 1:
            return True
        attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
        return int(_store(_ASK_SECONDS).add(f"told/{attempt}", 1)) == 1
    except (SettingsError, RuntimeError):  # nobody can be asked
        return True


def _store(timeout: float) -> "Store":
    """Where the processes find each other; waits for them once."""
    global _meeting
    if _meeting is None:
        from torch.distributed.rendezvous import rendezvous

        try:
            _meeting = next(iter(rendezvous("env://", timeout=timedelta(seconds=timeout))))[0]
        except RuntimeError as error:
            others, place = (
                process_count() - 1,
                f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}",
            )
            raise ProcessesLost(
                f"process {process_number()} has not met the other {others} at {place} within "
                f"{timeout:g} s; is that the address of the first machine, and its port free?"
            ) from error
    return _meeting


def _number(name: str, otherwise: int) -> int:
    text = os.environ.get(name, str(otherwise))
    if not text.isdecimal() or (name == "WORLD_SIZE" and int(text) < 1):
        raise SettingsError(f"{name} must be a number that torchrun sets, got {text!r}; unset it")
    return int(text)
