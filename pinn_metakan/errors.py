"""The exceptions that callers catch, their messages, and the refusal of an unknown name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

_Value = TypeVar("_Value")
#: What torch says where there is no memory, or a tensor would be larger than any memory.
#: And what Python says where there is none for a thread.
_NO_MEMORY = (
    *("can't allocate memory", "Storage size calculation overflowed", "std::bad_alloc"),
    "can't start new thread",
)


#: Characters of the longest message: with the name of the program in front fewer than 300.
LONGEST = 280
_LEFT_OUT = " ... "
#: Characters of the longest command, which is to be typed as it stands.
_LONGEST_COMMAND = 10_000
#: Characters of the longest word, such as a path, where not all of a message has room.
_WORD = 40


def printable(text: str) -> str:
    r"""A text with what is not printable escaped as Python does; others move cursors of terminals.

    Args:
        text: The text.

    Returns:
        The text as one line.

    >>> printable("red: \x1b[31m")
    'red: \\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def one_line(text: object, most: int = LONGEST) -> str:
    r"""A text as messages show it: one line, printable, without its middle if it is too long.

    Args:
        text: A text, or an error, whose class stands for it if it has none.
        most: Characters of the longest line.

    Returns:
        The line. What is not printable is escaped as Python does.

    >>> one_line("two\nlines, \x1b[2J")
    'two lines, \\x1b[2J'
    >>> one_line("one " * 1000 + "last", most=20)
    'one one on ...  last'
    >>> one_line("no run in " + "/there" * 9, most=60)
    'no run in ...e/there/there/there/there/there/there'
    """
    try:
        whole = str(text)
    except Exception:  # of a class of the user's own
        whole = f"<{type(text).__name__}>"
    if len(whole) > 20 * most:  # what is left out is not looked at
        whole = f"{whole[: 10 * most]}{whole[-10 * most :]}"
    line = " ".join(whole.split())
    line = printable(line)
    if len(line) > most:  # the ends of paths and values first
        line = " ".join(w if len(w) <= _WORD else f"...{w[3 - _WORD :]}" for w in line.split(" "))
    if len(line) <= most:
        return line
    end = (most - len(_LEFT_OUT)) // 3
    return f"{line[: most - len(_LEFT_OUT) - end]}{_LEFT_OUT}{line[len(line) - end :]}"


def _parts(message: object, command: str | None) -> tuple[str, ...]:
    """A message, and the command behind it, each as one printable line."""
    line = one_line(message)
    return (line,) if command is None else (line, one_line(command, _LONGEST_COMMAND))


class UserError(ValueError):
    """Something that the user gave is wrong; the message is one line that says what to change.

    Args:
        message: What is wrong and what to do; it is made one printable line.
        command: What to type, told whole behind the message, however long; None for nothing.
    """

    def __init__(self, message: object = "", command: str | None = None):
        super().__init__(*_parts(message, command))
        self.command = command

    def __str__(self) -> str:
        return ": ".join(self.args)


class ProblemError(UserError):
    """A problem file, or a function in it, cannot be used."""


class SettingsError(UserError):
    """A setting has an unknown name or an impossible value."""


class RunFolderError(UserError):
    """A run folder, a solution file or a checkpoint cannot be used."""


class FolderInUseError(RunFolderError):
    """Another process writes to a run folder."""


class TrainingError(RuntimeError):
    """The run failed although its input was sound; the message says what to try.

    Args:
        message: What happened and what to try; it is made one printable line.
        command: As for `UserError`.
    """

    def __init__(self, message: object = "", command: str | None = None):
        super().__init__(*_parts(message, command))
        self.command = command

    def __str__(self) -> str:
        return ": ".join(self.args)


class ProcessesLost(TrainingError):
    """One of several processes that train a run together is gone, or does not answer.

    Attributes:
        folder: The run folder, with a checkpoint to go on from; None if nothing is written.
        problem_file: The file of the problem, None if it has none.
    """

    folder: Path | None = None
    problem_file: Path | None = None


class StorageError(TrainingError):
    """Files of a run cannot be written: the disk is full, or has gone; older ones are as they were.

    Attributes:
        folder: The run folder, with a checkpoint to go on from; None if there is none.
        problem_file: The file of the problem, None if it has none.
    """

    folder: Path | None = None
    problem_file: Path | None = None


class Interrupted(RuntimeError):
    """The user stopped the run.

    Args:
        folder: The run folder, with a checkpoint to go on from; None if nothing is written.
        problem_file: The file of the problem, None if it has none.
        solution: What was reached, a `Solution`; None if the user did not wait for it.
    """

    def __init__(self, folder: Path | None, problem_file: Path | None, solution: Any):
        super().__init__(str(folder) if folder is not None else "the run was interrupted")
        self.folder = folder
        self.problem_file = problem_file
        self.solution = solution


def is_lack_of_memory(error: BaseException) -> bool:
    """Ask whether an error says that there was no memory left, on the CPU or on a device.

    Args:
        error: Of Python, NumPy or torch, which has none of its own for the CPU.

    Returns:
        True if it is.
    """
    names = [kind.__name__ for kind in type(error).__mro__]
    is_of_torch = isinstance(error, RuntimeError) and any(text in str(error) for text in _NO_MEMORY)
    return "MemoryError" in names or "OutOfMemoryError" in names or is_of_torch


def look_up(table: Mapping[str, _Value], name: str, what: str) -> _Value:
    """What a table has under a name.

    Args:
        table: Names and what they stand for.
        name: The name.
        what: What the table holds, for the message, such as "family".

    Returns:
        The value.

    Raises:
        LookupError: If the table has no such name; the message lists those that it has.

    >>> look_up({"one": 1, "two": 2}, "two", "number")
    2
    >>> look_up({"one": 1, "two": 2}, "three", "number")
    Traceback (most recent call last):
    LookupError: no number 'three'; choose one of one, two
    """
    if not isinstance(name, str) or name not in table:
        shown = one_line(repr(name), 60)
        raise LookupError(f"no {what} {shown}; choose one of {', '.join(table)}")
    return table[name]
