"""What the first of several processes does alone, and the others hear of."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import torch

from pinn_metakan.errors import (
    FolderInUseError,
    ProblemError,
    RunFolderError,
    SettingsError,
    StorageError,
    TrainingError,
    UserError,
)
from pinn_metakan.optimizers.communicator import Communicator
from pinn_metakan.runs.processes import present_processes

_P = ParamSpec("_P")
#: What can be told: None, a number, a text, or lists of these.
_Told = TypeVar("_Told")

#: Errors that all processes raise alike.
_SHARED = {
    kind.__name__: kind
    for kind in (
        UserError,
        ProblemError,
        SettingsError,
        RunFolderError,
        FolderInUseError,
        TrainingError,
        StorageError,
    )
}
#: Whether the first process is doing something alone, and does what that needs alone as well.
_alone = False


def by_first_process(action: Callable[_P, _Told]) -> Callable[_P, _Told]:
    """Let the first process do something alone, such as write a file; others get what it returns.

    Errors of the first process are raised in all.

    Args:
        action: The function; it returns what JSON can say.

    Returns:
        The function that all processes call; the function itself where there is one process.
    """

    @wraps(action)
    def done(*args: _P.args, **kwargs: _P.kwargs) -> _Told:
        processes = present_processes()
        if processes.count == 1 or _alone:
            return action(*args, **kwargs)
        if processes.number > 0:
            return _heard(processes)
        return _done_and_told(processes, lambda: action(*args, **kwargs))

    return done


@contextmanager
def alone() -> Iterator[None]:
    """Do what the first process does without telling the others, of whom some may be gone.

    Yields:
        Nothing.
    """
    global _alone
    before, _alone = _alone, True
    try:
        yield
    finally:
        _alone = before


def _done_and_told(processes: Communicator, action: Callable[[], _Told]) -> _Told:
    global _alone
    outcome: dict[str, object] = {"error": "TrainingError", "text": "the first process has failed"}
    _alone = True
    try:
        found = action()
        outcome = {"value": found}
        return found
    except Exception as error:
        if isinstance(error, UserError | TrainingError) and type(error).__name__ in _SHARED:
            text, command = error.args[0], error.command
            outcome = {"error": type(error).__name__, "text": text, "command": command}
        raise
    finally:
        _alone = False
        told = json.dumps(outcome).encode()
        processes.agreed(torch.tensor(len(told)))
        processes.agreed(torch.frombuffer(bytearray(told), dtype=torch.uint8))


def _heard(processes: Communicator) -> Any:
    length = int(processes.agreed(torch.tensor(0)))
    text = processes.agreed(torch.zeros(length, dtype=torch.uint8))
    outcome = json.loads(bytes(text.tolist()))
    if "error" in outcome:
        raise _SHARED[outcome["error"]](outcome["text"], outcome.get("command"))
    return outcome["value"]
