"""Ctrl-C while libraries are imported."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """End the program in one line at Ctrl-C, while nothing has begun that could be lost.

    Libraries that are interrupted while they are imported turn Ctrl-C into errors of their own.

    Yields:
        Nothing; imports stand in the block.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        os.write(2, b"pinn-metakan: interrupted\n")
        os._exit(130)

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
