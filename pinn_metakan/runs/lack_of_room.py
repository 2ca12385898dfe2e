"""What a run says whose files cannot be written."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pinn_metakan.errors import RunFolderError, StorageError
from pinn_metakan.files import NotWrittenError

#: A disk or a quota is full.
_FULL = {errno.ENOSPC: "no room is left", getattr(errno, "EDQUOT", -1): "the quota is used up"}


@contextmanager
def told_lack_of_room() -> Iterator[None]:
    """Tell in one line that files cannot be written, and how much room they need.

    Raises:
        StorageError: If they cannot; what was written before is there.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(lack_of_room_line(error)) from error


@contextmanager
def refused_where_not_written(folder: Path) -> Iterator[None]:
    """Refuse a folder that a run cannot begin in.

    Args:
        folder: The folder.

    Raises:
        RunFolderError: If it cannot be written, or another run has just begun there.
    """
    try:
        yield
    except FileExistsError as error:
        raise RunFolderError(f"another run has just begun in {folder}") from error
    except NotWrittenError as error:
        raise RunFolderError(lack_of_room_line(error)) from error
    except OSError as error:
        raise RunFolderError(f"cannot write to {folder}: {error.strerror}") from error


def lack_of_room_line(error: OSError) -> str:
    """Say what could not be written, why, and what it needs.

    Args:
        error: Why a file is not written.

    Returns:
        One line.
    """
    path = Path(str(error.filename))
    size = error.size if isinstance(error, NotWrittenError) else 0
    needed = f"; {size_text(size)} are needed" if size else ""
    if error.errno in _FULL:
        return f"cannot write {path}: {_FULL[error.errno]}{needed}{_free(path.parent)}"
    if error.errno == errno.EFBIG:
        return f"cannot write {path}: larger than a file may be (ulimit -f){needed}"
    return f"cannot write {path}: {error.strerror}"


def size_text(count: float) -> str:
    """A number of bytes, for people."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} bytes"


def _free(folder: Path) -> str:
    try:
        found = os.statvfs(folder)
    except (AttributeError, OSError):  # Windows; the folder has gone
        return ""
    return f", {size_text(found.f_bavail * found.f_frsize)} are free"
