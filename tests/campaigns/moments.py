"""Signals that a child sends itself: at a file operation, or after some time of computing."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: What Python tells of before it does it, and how many of its arguments are paths.
_OPERATIONS = {
    "open": 1,
    "os.rename": 2,
    "os.remove": 1,
    "os.mkdir": 1,
    "os.rmdir": 1,
    "os.link": 2,
    "os.chmod": 1,
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Moment:
    """When signals come.

    Args:
        signals: Their numbers, one after the other.
        operation: The first one comes before the file operation of this number; 0 for none.
        seconds: The first one comes after so many seconds of computing instead.
        later: The next ones come so many file operations later, each.
    """

    signals: tuple[int, ...]
    operation: int = 0
    seconds: float = 0.0
    later: int = 1

    def told(self) -> str:
        """One line for people."""
        names = " ".join(signal.Signals(number).name for number in self.signals)
        if self.operation:
            return f"{names} at file operation {self.operation}, then {self.later} later"
        return f"{names} after {self.seconds:.3f} s"


class FileOperations:
    """Counts what a process does to the files below a folder, and calls a function at each.

    Args:
        folder: The folder.
        at: Told the number of the operation, from 1, before it is done.
    """

    def __init__(self, folder: Path, at: Callable[[int], None]):
        self._folder, self._at, self.count, self._is_inside = str(folder), at, 0, False

    def watch(self) -> None:
        """Watch this process until its end."""
        sys.addaudithook(self._heard)
        flush = os.fsync

        def fsync(handle: int) -> None:
            self._one()
            flush(handle)

        os.fsync = fsync

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        count = _OPERATIONS.get(event)
        if count is None:
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
            return
        paths = [str(path) for path in arguments[:count] if isinstance(path, str | os.PathLike)]
        if any(os.path.abspath(path).startswith(self._folder) for path in paths):
            self._one()

    def _one(self) -> None:
        if not self._is_inside:  # what is done about one is none
            self._is_inside = True
            self.count += 1
            self._at(self.count)
            self._is_inside = False


def expect(moment: Moment, folder: Path) -> None:
    """Let the signals of a moment come, in the process that calls this.

    Args:
        moment: When.
        folder: Where file operations count.
    """
    waiting = list(moment.signals)

    def send() -> None:
        os.kill(os.getpid(), waiting.pop(0))

    if moment.seconds:
        signal.signal(signal.SIGPROF, lambda number, frame: send())
        if moment.signals[0] == signal.SIGKILL:  # in the middle of a library, too
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, moment.seconds)
    since = [moment.operation]

    def at(number: int) -> None:
        is_first = len(waiting) == len(moment.signals)
        if is_first and moment.operation and number == moment.operation:
            send()
        elif waiting and not is_first:
            since[0] = max(since[0], number) if moment.seconds and not since[0] else since[0]
            if number >= since[0] + moment.later:
                since[0] = number
                send()

    FileOperations(folder, at).watch()
