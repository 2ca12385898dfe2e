"""Who may write to a run folder: one at a time, known by a lock of the kernel.

The lock is on a file in the folder, which says who holds it and is removed in the end. It ends with
its process, however that ends; the file that a killed one leaves is taken over.
"""

import logging
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from pinn_metakan.errors import FolderInUseError, RunFolderError
from pinn_metakan.files import UNFOLLOWED
from pinn_metakan.locks import Held, try_to_hold

_LOG = logging.getLogger(__name__)
#: The file.
LOCK = ".lock"
#: How often one tries, and waits between [s]: who asks whether a folder is free holds it briefly
#: (docs/decisions/0049-endings.md).
_TRIES, _WAIT = 4, 0.05
#: Characters that are read of who holds it.
_LONGEST = 200


class FolderLock:
    """The lock of a run folder.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path):
        self._folder, self._path = folder, folder / LOCK
        self._handle: int | None = None

    def take(self) -> None:
        """Hold the folder; where the file system has no locks, that is logged, and nobody does.

        Raises:
            FolderInUseError: If another process holds it.
            RunFolderError: If nothing can be written there.
        """
        if self._handle is not None:
            return
        for attempt in range(_TRIES):
            time.sleep(_WAIT if attempt else 0.0)
            handle = self._opened()
            held = try_to_hold(handle)
            if held is Held.OURS and self._is_there(handle):
                self._handle = handle
                with suppress(OSError):  # a disk that is full: nobody is named then
                    os.ftruncate(handle, 0)
                    os.pwrite(handle, _this_process().encode(), 0)
                return
            holder = _told(handle)
            os.close(handle)
            if held is Held.NO_LOCKS:
                self._path.unlink(missing_ok=True)
                _LOG.warning("no locks in %s: let no other run write there", self._folder)
                return
        raise self._taken(holder)

    def release(self) -> None:
        """Hold it no longer."""
        if self._handle is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = None

    def refuse_if_held(self) -> None:
        """Refuse a folder that another process writes to.

        Raises:
            FolderInUseError: If one does.
        """
        try:
            handle = os.open(self._path, os.O_RDWR | UNFOLLOWED)
        except OSError:  # none that can be held
            return
        try:
            if self._handle is None and try_to_hold(handle) is Held.ANOTHERS:
                raise self._taken(_told(handle))
        finally:
            os.close(handle)

    def _opened(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | UNFOLLOWED, 0o666)
        except OSError as error:
            raise RunFolderError(f"cannot write to {self._folder}: {error.strerror}") from error

    def _is_there(self, handle: int) -> bool:
        """Whether the file is still that of the folder: who held it before has removed it."""
        try:
            return os.path.samestat(os.fstat(handle), os.stat(self._path, follow_symlinks=False))
        except OSError:
            return False

    def _taken(self, holder: str) -> FolderInUseError:
        return FolderInUseError(
            f"{self._folder} is being written by {holder}; wait for it or stop it, or give another "
            "folder"
        )


def _this_process() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _told(handle: int) -> str:
    """Who holds an open lock file, by what it says."""
    with suppress(OSError):
        text = os.pread(handle, _LONGEST, 0).decode(errors="replace").strip()
        if text.isprintable() and text.startswith("process "):
            return text
    return "another process"
