"""Printing for a reader that may go away, to a disk that may be full, in any encoding."""

import io
import os
import sys
from collections.abc import Iterable

from pinn_metakan.errors import printable

#: Why standard output could not be written, None while it can.
_lost: OSError | None = None


def prepare_output() -> None:
    """Let standard output and error be there, and take any text."""
    for number in range(3):  # what is opened next must not become one of them
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_lines(lines: Iterable[str]) -> None:
    """Print lines as they come; if they cannot be written, print no more and go on.

    Names, notes and facts may come from anyone's file: what is not printable is escaped.
    """
    for line in lines:
        try:
            print(printable(line), flush=True)
        except OSError as error:
            silence(error)


def print_texts(texts: Iterable[str]) -> None:
    """Print texts of this program that may have several lines each; see `print_lines`."""
    print_lines(line for text in texts for line in text.split("\n"))


def silence(error: OSError) -> None:
    """Send what is still to be printed nowhere.

    Args:
        error: Why standard output cannot be written.
    """
    global _lost
    _lost = error
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(text: str) -> None:
    """Print a line on standard error, if that can be written; as for `print_lines`."""
    try:
        print(printable(text), file=sys.stderr, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def close_output(status: int) -> int:
    """Write what has not been written yet.

    Args:
        status: How the command ended.

    Returns:
        The same; 1 where a command is done, and what it had to print is lost. That the reader of a
        pipe has gone is no loss.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        silence(error)
    if _lost is None or isinstance(_lost, BrokenPipeError):
        return status
    tell(f"pinn-metakan: standard output cannot be written: {_lost.strerror}")
    return status or 1
