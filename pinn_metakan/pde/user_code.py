"""Code that the user wrote: what it raises becomes one line with its file and line."""

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from torch import Tensor

from pinn_metakan.errors import ProblemError, is_lack_of_memory

#: Files of this package and of Python itself: a user's mistake is in neither.
_LIBRARIES = (str(Path(__file__).parents[1]), str(Path(traceback.__file__).parent))
#: Errors that are no mistake of the user's code, or that have their message already.
_NOT_ITS_OWN = (KeyboardInterrupt, ProblemError)


@contextmanager
def told_failures(what: str) -> Iterator[None]:
    """Turn whatever the block raises, ``SystemExit`` included, into a `ProblemError` of one line.

    Args:
        what: Begins the message, such as "mine.py failed while loading".

    Raises:
        ProblemError: If the block raised anything but an interrupt or a lack of memory.
    """
    try:
        yield
    except _NOT_ITS_OWN:
        raise
    except BaseException as error:
        if is_lack_of_memory(error):
            raise
        raise ProblemError(f"{what}: {describe_error(error)}") from error


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
    with told_failures(f"{path} failed while loading"):
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
        if not frame.filename.startswith((*_LIBRARIES, "<frozen"))
        and "site-packages" not in frame.filename
    ]
    text = " ".join(str(error).split()) or "no message"
    if isinstance(error, SystemExit):
        text += ": it must not end the program"
    return f"{type(error).__name__}: {text}" + (f" ({places[-1]})" if places else "")
