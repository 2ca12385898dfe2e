"""The lock of a journal file, which ends with the process that holds it."""

import fcntl
import os
from pathlib import Path

from optuna.storages.journal import JournalFileSymlinkLock
from optuna.storages.journal._file import BaseJournalFileLock


class JournalLock(BaseJournalFileLock):
    """A lock of the kernel on a file beside the journal.

    The locks of Optuna are files that a killed process leaves behind, so that the next one waits
    for 30 s. Half a line that a killed process has written is taken away.

    Args:
        journal: The journal, an absolute path.
    """

    def __init__(self, journal: Path):
        self._journal = journal
        self._handle: int | None = None
        self._other: JournalFileSymlinkLock | None = None

    def acquire(self) -> bool:
        """Wait until nobody else holds the lock, and hold it.

        Returns:
            True.

        Raises:
            OSError: If the journal has gone.
        """
        handle = os.open(f"{self._journal}.lock", os.O_CREAT | os.O_RDWR, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:  # a file system without such locks
            os.close(handle)
            self._other = JournalFileSymlinkLock(f"{self._journal}.link")
            self._other.acquire()
        else:
            self._handle = handle
        try:
            self._drop_half_line()
        except OSError:  # the journal has gone: who tries again must not wait for this one
            self.release()
            raise
        return True

    def release(self) -> None:
        """Hold it no longer."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        if self._other is not None:
            self._other.release()
            self._other = None

    def _drop_half_line(self) -> None:
        with self._journal.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            if size == 0:
                return
            file.seek(size - 1)
            if file.read(1) != b"\n":
                file.seek(0)
                file.truncate(file.read().rfind(b"\n") + 1)
