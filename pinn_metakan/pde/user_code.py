"""Code that the user wrote, at arm's length: all of it is called through here.

What it raises becomes one line with its file and line, even where it would end the program. What it
changes for all code is put back. What does not end in time is ended, see `overtime`.
"""

import dis
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, TracebackType

import torch
from torch import Tensor

from pinn_metakan.errors import ProblemError, TrainingError, is_lack_of_memory, one_line
from pinn_metakan.pde.overtime import Call, Calls
from pinn_metakan.pde.surroundings import SharedState, kept_surroundings

#: Files of this package and of Python itself: a user's mistake is in neither.
_LIBRARIES = (Path(__file__).parents[1], Path(traceback.__file__).parent)
#: Where torch is.
TORCH = Path(torch.__file__).parent
#: Characters of what an error says of itself; what is said of it has to fit beside.
_LONGEST = 140


class told_failures:
    """Turn whatever the block raises, ``SystemExit`` included, into a `ProblemError` of one line.

    What the block changes of what all code shares is put back.

    Args:
        what: Begins the message, such as "mine.py failed while loading".

    Raises:
        ProblemError: If the block raised anything but an interrupt or a lack of memory.
    """

    __slots__ = ("_call", "_state", "_what")

    def __init__(self, what: str):
        self._what = what

    def __enter__(self) -> None:
        self._state = SharedState()
        self._call = Call()
        self._call.begin()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._call.end()
        self._state.put_back()
        self._call.leave()
        if error is None or isinstance(error, ProblemError | TrainingError):
            return
        if is_lack_of_memory(error) or (
            isinstance(error, KeyboardInterrupt) and not _is_raised_by_code(error)
        ):
            return
        raise ProblemError(f"{self._what}: {describe_error(error)}") from error


Calls.endings.add(told_failures.__exit__.__code__)


def _is_raised_by_code(error: BaseException) -> bool:
    """Whether a ``raise`` of the user's made an interrupt, not the keyboard."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None or is_of_library(place.tb_frame.f_code.co_filename):
        return False
    instruction = place.tb_frame.f_code.co_code[place.tb_lasti]
    return dis.opname[instruction] == "RAISE_VARARGS"


def is_of_library(file: str) -> bool:
    """Whether a file is of this package, of Python or of another package that is installed."""
    is_known = any(Path(file).is_relative_to(library) for library in _LIBRARIES)
    return is_known or file.startswith("<frozen") or "site-packages" in file


def is_of_torch(file: str) -> bool:
    """Whether a file is of torch, which says nothing of who asked it to do what failed."""
    return Path(file).is_relative_to(TORCH)


def run_text(name: str, path: Path, text: str) -> ModuleType:
    """Execute the text of a file as a module; the file itself is not read again.

    Args:
        name: Name of the module.
        path: The file, for messages and for `inspect`.
        text: Its text.

    Returns:
        The module.

    Raises:
        ProblemError: If the text fails.
    """
    spec = spec_from_file_location(name, path)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # so that inspect finds the source of its classes
    with told_failures(f"{path} failed while loading"), kept_surroundings():
        exec(compile(text, str(path), "exec", dont_inherit=True), vars(module))
    return module


def call_user(function: Callable[..., object], arguments: Sequence[Tensor], label: str) -> object:
    """Call a function that the user wrote.

    Args:
        function: The function.
        arguments: Its arguments.
        label: What it is, for messages.

    Returns:
        What it returned.

    Raises:
        ProblemError: If it raised anything; the message names the error and where it happened.
    """
    with told_failures(f"{label} failed"):
        return function(*arguments)


def describe_error(error: BaseException) -> str:
    """One line on what was raised, and at which innermost line outside of libraries."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"SyntaxError: {error.msg} (line {error.lineno})"
    places = [
        f"{Path(frame.filename).name}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if not is_of_library(frame.filename)
    ]
    text = one_line(error, _LONGEST) or "no message"
    if isinstance(error, SystemExit | KeyboardInterrupt):
        text += ": it must not end the program"
    kind = one_line(type(error).__name__, _LONGEST // 2)
    return f"{kind}: {text}" + (f" ({one_line(places[-1], _LONGEST // 2)})" if places else "")
