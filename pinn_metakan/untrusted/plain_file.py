"""Regular files that may come from anyone: opened without following a link out of their folder."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pinn_metakan.errors import RunFolderError

#: Open a FIFO without waiting for a writer, so that it can be refused; no child inherits the file.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
#: Bytes of a file of text, the largest that is read (docs/decisions/0048-trust.md).
LARGEST_TEXT = 64 * 2**20


@contextmanager
def opened_plain(path: Path, within: Path | None = None) -> Iterator[BinaryIO]:
    """Open a regular file to read it.

    Args:
        path: The file.
        within: The folder that it must lie in, once links are followed; None where the user names
            the file itself.

    Yields:
        The open file, at its beginning.

    Raises:
        RunFolderError: If it cannot be opened, is a folder, a pipe or a device, or lies outside.
    """
    inside = path if within is None else _inside(path, within)
    try:
        is_regular = stat.S_ISREG(os.stat(inside).st_mode)
        # Some devices act when they are opened.
        handle = os.open(inside, _FLAGS | _BINARY) if is_regular else None
    except OSError as error:
        raise RunFolderError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:  # a NUL in a name
        raise RunFolderError(f"cannot read {str(path)!r}: {error}") from error
    if handle is None:
        raise RunFolderError(f"{path} is {_kind(inside)}, where a regular file was expected")
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # replaced since
            raise RunFolderError(f"{path} is no regular file")
        yield file


def read_plain(path: Path, within: Path | None = None) -> bytes:
    """Read a regular file; see `opened_plain`."""
    with opened_plain(path, within) as file:
        return file.read()


def read_plain_text(path: Path, within: Path | None = None) -> str:
    """Read a regular file as UTF-8.

    Args:
        path: The file.
        within: As for `opened_plain`.

    Returns:
        Its text.

    Raises:
        RunFolderError: If it cannot be opened, is no regular file, lies outside, is larger than
            `LARGEST_TEXT`, or is no UTF-8.
    """
    with opened_plain(path, within) as file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST_TEXT:
            raise RunFolderError(
                f"{path} has {size} bytes; a text of at most {LARGEST_TEXT} was expected"
            )
        try:
            return file.read(LARGEST_TEXT + 1).decode("utf-8")
        except UnicodeDecodeError as error:
            raise RunFolderError(f"{path} is no text in UTF-8: {error.reason}") from error
        except OSError as error:
            raise RunFolderError(f"cannot read {path}: {error.strerror}") from error


def leads_out(path: Path, within: Path) -> bool:
    """Whether a path lies outside of a folder, once links are followed."""
    try:
        return not path.resolve().is_relative_to(within.resolve())
    except (OSError, RuntimeError):  # a circle of links
        return True


def _inside(path: Path, within: Path) -> Path:
    if leads_out(path, within):
        raise RunFolderError(
            f"{path} is a link that leads out of {within}; nothing outside is read, put the file "
            "itself there"
        )
    return path.resolve()


def _kind(path: Path) -> str:
    return _KINDS.get(stat.S_IFMT(os.stat(path).st_mode), "no regular file")
