"""Files that are written whole or not at all.

What is written goes to a temporary file beside, is flushed to the disk, and takes its place by one
step of the file system; so does the entry of the folder. A temporary file is locked for as long as
it is written, so that those of programs that were killed are known.
"""

import errno
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pinn_metakan.locks import Held, try_to_hold

#: Characters of a name that its temporary file has: a name may have 255 bytes on most systems
#: (docs/decisions/0049-endings.md).
_NAMED = 40
#: What only temporary files of this package have in their names, which are removed by it.
_MARK = ".pinn-metakan-tmp-"
#: The name of one: `tempfile` puts eight letters into it.
_TEMPORARY = re.compile(rf"\..+{re.escape(_MARK)}[a-z0-9_]{{8}}(\.\w+)?")
#: Flags that open a file itself: no link is followed, no pipe waited for, nothing handed on.
UNFOLLOWED = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
)
#: A file system that cannot flush says so by these.
_NO_FLUSHING = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)


class NotWrittenError(OSError):
    """A file cannot be written, for want of room or for another reason; the old one is there.

    Attributes:
        size: Bytes of all that was to be written together.
    """

    size: int = 0


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files; the first one is replaced when all are on the disk.

    They take their places one after the other, in the order of `contents`: a program that is killed
    between leaves the first ones new.

    Args:
        contents: What each file holds then.

    Raises:
        NotWrittenError: If one cannot be written, or is a folder; all are as they were.
    """
    size = sum(map(len, contents.values()))
    for path in contents:
        if path.is_dir():
            told = NotWrittenError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            told.size = size
            raise told
    with ExitStack() as stack:
        written: dict[Path, Path] = {}
        for path, content in contents.items():
            with _named(path, size):
                handle, written[path] = stack.enter_context(_temporary_beside(path))
                with os.fdopen(os.dup(handle), "wb") as file:
                    file.write(content)
                _flush(handle)
        for path, temporary in written.items():
            with _named(path, size):
                temporary.replace(path)
        for folder in {path.parent for path in contents}:
            _flush_folder(folder)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` as a whole."""
    write_all({path: content})


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as a whole, in UTF-8."""
    write_all({path: text.encode()})


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Make a temporary file beside `path`; rename it to `path` when the block ends without error.

    This is for libraries that write files by their names: `write_bytes` needs less.

    Args:
        path: The file to write.

    Yields:
        The path to write to; it has the same suffix as `path`.

    Raises:
        NotWrittenError: If it cannot be written; the old file is there.
    """
    with _named(path, 0), _temporary_beside(path) as (_, temporary):
        yield temporary
        with temporary.open("rb") as file:  # the library may have replaced it
            _flush(file.fileno())
        temporary.replace(path)
        _flush_folder(path.parent)


def append_line(path: Path, line: str) -> None:
    """Append a line to a file, made if need be; one that a killed program left half ends before it.

    Args:
        path: The file; no link is followed.
        line: What to write, in UTF-8.

    Raises:
        OSError: If it cannot be written.
    """
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | UNFOLLOWED, 0o666)
    with os.fdopen(handle, "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(end - 1, 0))
        begin = b"" if file.read(1) in (b"\n", b"") else b"\n"
        file.write(begin + line.encode() + b"\n")


def write_new_text(path: Path, text: str) -> None:
    """Write `text` to a file that must not exist yet; of several programs that try, one succeeds.

    Args:
        path: The file.
        text: What to write, in UTF-8.

    Raises:
        FileExistsError: If the file exists.
        NotWrittenError: If it cannot be written.
    """
    content = text.encode()
    with _named(path, len(content)), _temporary_beside(path) as (handle, temporary):
        with os.fdopen(os.dup(handle), "wb") as file:
            file.write(content)
        _flush(handle)
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            with path.open("xb") as file:
                file.write(content)
        _flush_folder(path.parent)


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files that were left in a folder by programs that are gone.

    Args:
        folder: The folder.
    """
    with suppress(OSError):
        for path in folder.iterdir():
            if _TEMPORARY.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                _remove_unless_written(path)


def _remove_unless_written(path: Path) -> None:
    """Remove a temporary file, unless the program that writes it is there."""
    with suppress(OSError), path.open("rb") as file:
        if try_to_hold(file.fileno()) is Held.OURS:
            path.unlink(missing_ok=True)


@contextmanager
def _temporary_beside(path: Path) -> Iterator[tuple[int, Path]]:
    """Make a file in the folder of `path`, held for as long as the block lasts; remove it then."""
    prefix = f".{path.stem[:_NAMED]}{_MARK}"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
    temporary = Path(name)
    try:
        try_to_hold(handle)
        with suppress(OSError):  # not all file systems have permissions
            temporary.chmod(0o666 & ~_umask())
        yield handle, temporary
    finally:
        temporary.unlink(missing_ok=True)
        os.close(handle)


@contextmanager
def _named(path: Path, size: int) -> Iterator[None]:
    """Name the file, and the bytes that are needed, where it cannot be written."""
    try:
        yield
    except (NotWrittenError, FileExistsError):
        raise
    except OSError as error:
        if error.errno is None:
            raise
        told = NotWrittenError(error.errno, error.strerror, str(path))
        told.size = size
        raise told from error


def _flush(handle: int) -> None:
    """Write an open file through to the disk."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FLUSHING:
            raise


def _flush_folder(folder: Path) -> None:
    """Write the entries of a folder through to the disk, where that can be done."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
