"""A function called in a forked child: the package is imported once, and nothing of it stays."""

import io
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from pinn_metakan.runs.interrupts import ASKING

#: Bytes that a child may ask for besides those that the parent has already.
_MEMORY = 4 * 2**30
#: A child hangs after so many seconds of computing or, on a machine that many share, so many times
#: as long by the clock.
_BY_THE_CLOCK = 5.0
#: Where a child's standard output and error go, beside its folder.
_OUT, _ERROR = "standard-output", "standard-error"


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Args:
        status: Its exit status; minus the number of the signal that ended it; None if it hung.
        out: Its standard output.
        error: Its standard error.
        seconds: How long it took.
    """

    status: int | None
    out: str
    error: str
    seconds: float


@dataclass(frozen=True)
class Child:
    """A child that runs.

    Args:
        number: Of its process, and of the group that it and all that it starts are in.
        out: Where its standard output goes.
        error: Where its standard error goes.
        began: When it began, as `time.monotonic`.
    """

    number: int
    out: Path
    error: Path
    began: float

    def ended(self, seconds: float) -> Ended:
        """Wait for its end.

        Args:
            seconds: After so many of computing, or `_BY_THE_CLOCK` times as many by the clock, the
                child and all that it started are killed.

        Returns:
            How it ended.
        """
        status = _waited(self.number, seconds)
        took = time.monotonic() - self.began
        texts = [path.read_bytes().decode(errors="backslashreplace") for path in self._texts]
        for path in self._texts:
            path.unlink()
        return Ended(status, *texts, took)

    @property
    def _texts(self) -> tuple[Path, Path]:
        return self.out, self.error


def begin_child(function: Callable[[], object], folder: Path, name: str = "") -> Child:
    """Fork a child that calls a function.

    Args:
        function: It may raise SystemExit; its status is 0 if it does not.
        folder: Where it runs.
        name: Tells several children of one folder apart.

    Returns:
        The child.
    """
    out, error = (folder.parent / f"{folder.name}{name}.{text}" for text in (_OUT, _ERROR))
    began = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads
        number = os.fork()
    if number == 0:
        _be_child(function, folder, out, error)
    return Child(number, out, error, began)


def in_child(function: Callable[[], object], folder: Path, seconds: float) -> Ended:
    """Call a function in a forked child and wait; see `begin_child` and `Child.ended`."""
    return begin_child(function, folder).ended(seconds)


def in_this_process(function: Callable[[], object], folder: Path) -> int:
    """Call a function in a folder, quietly: what it imports and prepares, children then have.

    Args:
        function: It may raise SystemExit.
        folder: Where it runs.

    Returns:
        The status that it exits with, 0 if it does not.
    """
    here, heard = Path.cwd(), {number: signal.getsignal(number) for number in ASKING}
    os.chdir(folder)
    try:
        with redirect_stdout(io.StringIO()):
            function()
            return 0
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        os.chdir(here)
        for number, handler in heard.items():
            signal.signal(number, handler)


def _waited(number: int, seconds: float) -> int | None:
    """The status of a child, None if it had to be killed."""
    pause, until = 0.002, time.monotonic() + _BY_THE_CLOCK * seconds
    while True:
        ended, status = os.waitpid(number, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until or _computed(number) > seconds:
            os.killpg(number, signal.SIGKILL)
            os.waitpid(number, 0)
            return None
        time.sleep(pause)
        pause = min(1.5 * pause, 0.1)


def _computed(number: int) -> float:
    """Seconds that a process has computed."""
    words = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _be_child(function: Callable[[], object], folder: Path, out: Path, error: Path) -> None:
    """Be the child until the end of its process; nothing of the parent's end is run."""
    status = 70
    try:
        os.setsid()
        for number, path in ((1, out), (2, error)):
            os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC), number)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        os.chdir(folder)
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + _MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        warnings.resetwarnings()  # a test's are errors
        for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", kind)
        try:
            function()
            status = 0
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        except BaseException:
            traceback.print_exc()
            status = 1
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(status & 0xFF)
