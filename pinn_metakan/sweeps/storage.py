"""Where a sweep keeps its trials: a journal in a file, or a database."""

import random
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pinn_metakan.errors import UserError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage

#: What a storage in a file begins with.
JOURNAL = "journal:"
#: How often a database is opened that others open, and so make its tables, at the same time.
_TRIES = 8
#: How long a database in a file is waited for that others write to [s].
_PATIENCE = 60.0
#: What a database says is cut after so many characters.
_REASON_LENGTH = 200


def require_optuna() -> None:
    """Refuse to go on without Optuna.

    Raises:
        UserError: If it is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise UserError('optuna is not installed: pip install "pinn_metakan[sweep]"') from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def storage_label(storage: str) -> str:
    """A storage without the password in its address, absolute where it is a file."""
    if storage.startswith(JOURNAL):
        return f"{JOURNAL}{_journal_path(storage)}"
    scheme, separator, rest = storage.partition("://")
    who, at, where = rest.rpartition("@")
    if scheme == "sqlite":
        return f"sqlite:///{_sqlite_path(storage)}"
    return f"{scheme}{separator}{who.partition(':')[0]}{at}{where}"


def open_study(storage: str, name: str) -> tuple["BaseStorage", "Study"]:
    """Open a sweep on a storage, and make what is not there.

    Args:
        storage: ``journal:FILE``, or the address of a database as SQLAlchemy has it, such as
            ``sqlite:///FILE``.
        name: Name of the sweep there.

    Returns:
        The storage and the study.

    Raises:
        UserError: If it cannot be opened.
    """
    require_optuna()
    import optuna

    if not storage.startswith(JOURNAL) and "://" not in storage:
        raise UserError(
            f"storage: expected journal:FILE, or the address of a database such as sqlite:///FILE, "
            f"got {storage!r}"
        )
    for number in range(_TRIES):
        try:
            with _quiet():
                opened = _opened(storage)
                study = optuna.create_study(
                    storage=opened, study_name=name, load_if_exists=True, direction="minimize"
                )
            return opened, study
        except Exception as error:  # each database has its own way to say that it is not there
            if number == _TRIES - 1 or not _may_pass(error):
                reason = " ".join(str(error.__cause__ or error).split())[:_REASON_LENGTH]
                raise UserError(
                    f"cannot open the storage {storage_label(storage)}: {reason}"
                ) from error
            time.sleep(random.uniform(0.05, 0.4))
    raise UserError(f"cannot open the storage {storage_label(storage)}")


@contextmanager
def lost_storage_told(storage: str) -> Iterator[None]:
    """Turn what fails where a storage has gone, or the disk is full, into one line.

    Args:
        storage: The storage.

    Yields:
        Nothing; the sweep is made in the block.

    Raises:
        UserError: If it is lost.
    """
    from optuna.exceptions import OptunaError

    try:
        yield
    except (OptunaError, OSError) as error:
        reason = " ".join(str(error.__cause__ or error).split())[:_REASON_LENGTH]
        raise UserError(
            f"the sweep cannot go on with its folder and the storage {storage_label(storage)}: "
            f"{reason}; the same command goes on"
        ) from error


def _opened(storage: str) -> "BaseStorage":
    from optuna.storages import JournalStorage, RDBStorage, get_storage

    if not storage.startswith(JOURNAL):
        options = {"connect_args": {"timeout": _PATIENCE}} if storage.startswith("sqlite") else {}
        return get_storage(RDBStorage(storage, engine_kwargs=options))
    from optuna.storages.journal import JournalFileBackend

    from pinn_metakan.sweeps.journal_lock import JournalLock

    path = _journal_path(storage)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}")
    return JournalStorage(JournalFileBackend(str(path), JournalLock(path)))


def _journal_path(storage: str) -> Path:
    return Path(storage.removeprefix(JOURNAL)).absolute()


def _sqlite_path(storage: str) -> Path:
    return Path(storage.partition(":///")[2]).absolute()


def _may_pass(error: Exception) -> bool:
    """Whether an error may be that of two who make the tables of a database at the same time."""
    words = str(error.__cause__ or error).lower()
    return any(word in words for word in ("already exists", "locked", "unique", "no such table"))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without warnings of parts of Optuna that may change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
