"""Ctrl-C, and what a scheduler sends: finishes the current step, then stops the run."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

#: What asks a run to stop; Windows has no SIGUSR1.
_ASKING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGUSR1") if name in dir(signal)
]


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C, SIGTERM and SIGUSR1 into a flag: a step is finished before the run stops.

    A second one interrupts at once. In threads other than the main one, where Python receives no
    signals, the flag stays down.

    Yields:
        A function that tells whether the user asked to stop.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    asked = False

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = {number: signal.signal(number, on_signal) for number in _ASKING}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
