"""Where the command line begins; nothing that takes long is imported here."""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    with loading():
        from pinn_metakan.cli.exit_status import run
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


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
