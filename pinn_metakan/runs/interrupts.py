"""Ctrl-C, and what a scheduler sends: finishes the current step, then stops the run.

Blocks lie inside one another: the command line, a sweep, a run. All of them share what has been
asked, so that nothing that follows begins.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

#: What asks a run to stop; Windows has no SIGUSR1.
ASKING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGUSR1") if name in dir(signal)]
#: The signal that has asked the outermost block to stop, None for none; and how many blocks hear.
_asked: int | None = None
_depth = 0


def asking_signal() -> int | None:
    """The signal that has asked this program to stop; None if none has."""
    return _asked


def interrupted_status() -> int:
    """The exit status of a program that was asked to stop: 143 by SIGTERM, 130 otherwise."""
    return 128 + (signal.SIGTERM if _asked == signal.SIGTERM else signal.SIGINT)


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C, SIGTERM and SIGUSR1 into a flag: a step is finished before the run stops.

    A second one interrupts at once. In threads other than the main one, where Python receives no
    signals, the flag stays down.

    Yields:
        A function that tells whether the user asked to stop.

    Raises:
        KeyboardInterrupt: Where the block is when the second one comes.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:
        global _asked
        if _asked is not None:
            raise KeyboardInterrupt
        _asked = number

    is_deaf = _is_deaf()
    with heard(on_signal):
        yield lambda: _asked is not None and not is_deaf


@contextmanager
def undisturbed() -> Iterator[None]:
    """Do something whole that takes no time; a signal that comes meanwhile comes after it.

    Yields:
        Nothing; it stands in the block.
    """
    came: list[int] = []
    with heard(lambda number, frame: came.append(number)):
        yield
    for number in came:
        signal.raise_signal(number)


@contextmanager
def heard(on_signal: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Call a function at Ctrl-C, SIGTERM and SIGUSR1; in threads but the main one, at none.

    Args:
        on_signal: Receives the number of the signal, unless the block sets another function.

    Yields:
        Nothing.
    """
    global _asked, _depth
    if _is_deaf():
        yield
        return
    if _depth == 0:
        _asked = None
    before = {n: signal.signal(n, on_signal) for n in ASKING if not _is_left_alone(n)}
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1
        for number, handler in before.items():
            if signal.getsignal(number) is on_signal:
                signal.signal(number, handler)


def _is_left_alone(number: int) -> bool:
    """Whether who began this program ignores a Ctrl-C, or C code has set what Python cannot."""
    found = signal.getsignal(number)
    return found is None or (number == signal.SIGINT and found is signal.SIG_IGN)


def _is_deaf() -> bool:
    """Whether Python gives this thread no signals."""
    return threading.current_thread() is not threading.main_thread()


def note_asked(number: int) -> None:
    """Note that a signal has asked this program to stop."""
    global _asked
    _asked = number
