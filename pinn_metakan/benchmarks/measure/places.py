"""Where results go, refused before anything is measured if they cannot be written there."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pinn_metakan.errors import UserError


def prepare_folder(folder: Path, files: Sequence[str] = ()) -> None:
    """Make the folder that results go to.

    Args:
        folder: The folder; it need not exist.
        files: Names of those that will be written there.

    Raises:
        UserError: If it cannot be made or written to, or a name is taken by a folder.
    """
    with _refusing(folder):
        if folder.exists() and not folder.is_dir():
            raise UserError(f"{folder} is a file; --out needs a folder")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for name in files:
            _refuse_folder(folder / name)


def refuse_unappendable(path: Path) -> None:
    """Refuse a file that cannot be read and appended to; its folder is made.

    Args:
        path: The file; it need not exist.

    Raises:
        UserError: If it cannot, or its folder cannot be written to.
    """
    prepare_folder(path.parent, [path.name])
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise UserError(f"cannot read and write {path}; change its permissions or choose another")


@contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    """Tell in one line that a folder cannot be used."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"cannot write to {folder}: {error.strerror}; choose another --out"
        ) from error


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise UserError(f"{path} is a folder; a file has to be written there")
