"""Files that are written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Make a temporary file beside `path`; rename it to `path` when the block ends without error.

    A reader sees the old file or the new one, never a part, and after an error the old one stays.

    Args:
        path: The file to write.

    Yields:
        The path to write to; it has the same suffix as `path`.
    """
    with _temporary_beside(path) as temporary:
        yield temporary
        _flush(temporary)
        temporary.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as a whole, in UTF-8."""
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_new_text(path: Path, text: str) -> None:
    """Write `text` to a file that must not exist yet; of several programs that try, one succeeds.

    Args:
        path: The file.
        text: What to write, in UTF-8.

    Raises:
        FileExistsError: If the file exists.
    """
    with _temporary_beside(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
        _flush(temporary)
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            with path.open("x", encoding="utf-8") as file:
                file.write(text)


@contextmanager
def _temporary_beside(path: Path) -> Iterator[Path]:
    """Make a file in the folder of `path`; remove it when the block ends."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _flush(temporary: Path) -> None:
    """Write a file through to the disk, with the permissions of any new file."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.chmod(0o666 & ~_umask())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
