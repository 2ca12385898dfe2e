"""Ctrl-C and SIGTERM where no run is trained that could finish a step: one line, and the end."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from pinn_metakan.runs.interrupts import (
    ASKING,
    asking_signal,
    heard,
    interrupted_status,
    note_asked,
)


@contextmanager
def loading() -> Iterator[None]:
    """End the program in one line at Ctrl-C, while nothing has begun that could be lost.

    Libraries that are interrupted while they are imported turn Ctrl-C into errors of their own.

    Yields:
        Nothing; imports stand in the block.
    """
    with heard(_end):
        yield


@contextmanager
def answering() -> Iterator[None]:
    """Break a command off at Ctrl-C, and end the program at once at a second one.

    Yields:
        Nothing; the command stands in the block.

    Raises:
        KeyboardInterrupt: Where the block is when Ctrl-C, SIGTERM or SIGUSR1 comes.
    """

    def break_off(number: int, frame: object) -> None:
        if asking_signal() is not None:  # something has kept the first one to itself
            _end(number, frame)
        note_asked(number)
        raise KeyboardInterrupt

    with heard(break_off):
        yield


def ignore_signals() -> None:
    """Hear no signal any more: all is written, and the program is about to end."""
    for number in ASKING:
        signal.signal(number, signal.SIG_IGN)


def _end(number: int, frame: object) -> None:
    note_asked(number)
    if os.environ.get("RANK", "0") == "0":  # of several processes one tells it
        os.write(2, b"pinn-metakan: interrupted\n")
    os._exit(interrupted_status())
