"""Printing for a reader that may go away."""

import os
import sys
from collections.abc import Iterable


def print_lines(lines: Iterable[str]) -> None:
    """Print lines as they come; if the reader of a pipe has gone, print no more and go on."""
    for line in lines:
        try:
            print(line, flush=True)
        except BrokenPipeError:
            silence()


def silence() -> None:
    """Send what is still to be printed nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(text: str) -> None:
    """Print progress on standard error."""
    print(text, file=sys.stderr, flush=True)
