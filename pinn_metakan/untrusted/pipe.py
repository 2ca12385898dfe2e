"""Text from a pipe that the user names, as ``<(command)`` in a shell: bounded in size and time."""

import os
import re
import select
import stat
import time
from pathlib import Path

from pinn_metakan.errors import RunFolderError
from pinn_metakan.untrusted.plain_file import LARGEST_TEXT

#: Seconds that all of a text may take to come (docs/decisions/0048-trust.md).
LONGEST_WAIT = 30.0
#: Bytes that are read at once.
_PIECE = 2**16
#: What a shell calls a pipe that it has opened for a program.
_OPEN = re.compile(r"/dev/fd/(\d+)|/proc/self/fd/(\d+)|/dev/(stdin)")


def is_pipe(path: Path) -> bool:
    """Whether a path is that of a pipe."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def read_pipe_text(path: Path) -> str:
    """Read a pipe to its end, as UTF-8.

    Args:
        path: The pipe, which the user has named; never one that lies in a run folder.

    Returns:
        What was written into it.

    Raises:
        RunFolderError: If it cannot be read, has more than `LARGEST_TEXT` bytes, has not ended
            after `LONGEST_WAIT` seconds, or is no UTF-8.
    """
    try:
        handle = _opened(path)
        try:
            return _read(path, handle).decode("utf-8")
        finally:
            os.close(handle)
    except UnicodeDecodeError as error:
        raise RunFolderError(f"{path} is no text in UTF-8: {error.reason}") from error
    except OSError as error:
        raise RunFolderError(f"cannot read {path}: {error.strerror}") from error


def _opened(path: Path) -> int:
    """A handle of its own; one that is open already knows whether its writers have gone."""
    found = _OPEN.fullmatch(str(path))
    if found is not None:
        return os.dup(int(found[1] or found[2] or 0))
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _read(path: Path, handle: int) -> bytes:
    content, ends = bytearray(), time.monotonic() + LONGEST_WAIT
    arrival = select.poll()
    arrival.register(handle, select.POLLIN)
    while arrival.poll(1e3 * max(ends - time.monotonic(), 0.0)):
        piece = os.read(handle, _PIECE)
        content += piece
        if not piece:
            return bytes(content)
        if len(content) > LARGEST_TEXT:
            raise RunFolderError(
                f"{path} gives more than {LARGEST_TEXT} bytes; a text was expected"
            )
    raise RunFolderError(
        f"{path} is a pipe that has not ended after {LONGEST_WAIT:.0f} s; write into it and close "
        "it, or give a file"
    )
