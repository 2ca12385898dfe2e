"""Computed references on disk, so that each is computed once per user.

A file holds arrays of numbers and a checksum, no code. Its name is a hash of everything that
changes the numbers (`fingerprint`), so that an equation that is edited never gets an old file.
Files lie under the user's cache folder: the environment variable PINN_METAKAN_CACHE names
another one, or none if it is empty. All of them may be removed at any time.
"""

import hashlib
import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from pinn_metakan.files import write_bytes
from pinn_metakan.untrusted.checksum import checksum, update

_LOG = logging.getLogger(__name__)
#: Names the folder of the cache; empty for none.
VARIABLE = "PINN_METAKAN_CACHE"
#: Bytes of all files; the least recently used go first (docs/decisions/0037-references.md).
_LARGEST_CACHE = 500_000_000

Array = NDArray[np.float64]


def cache_folder() -> Path | None:
    """Find the folder that references are kept in; it need not exist.

    Returns:
        What PINN_METAKAN_CACHE says, or else ``pinn_metakan/references`` below the user's cache
        folder: $XDG_CACHE_HOME or ~/.cache, on macOS ~/Library/Caches, on Windows %LOCALAPPDATA%.
        None if PINN_METAKAN_CACHE is empty, or no user's folder is known.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return Path(chosen).expanduser() / "references" if chosen.strip() else None
    base = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    if Path(base).is_absolute():  # a relative one is to be ignored, by the XDG specification
        return Path(base) / "pinn_metakan" / "references"
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home
        return None
    caches = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    return caches / "pinn_metakan" / "references"


def cache_text() -> str:
    """Tell where references are kept, how many there are, and how large they are together."""
    folder = cache_folder()
    if folder is None:
        return f"none: {VARIABLE} is empty or there is no user's folder, so nothing is kept"
    sizes = [size for _, size, _ in _entries(folder)]
    largest = _LARGEST_CACHE // 1_000_000
    files = "1 file" if len(sizes) == 1 else f"{len(sizes)} files"
    return f"{folder}: {files}, {sum(sizes) / 1e6:.1f} of at most {largest} MB"


def fingerprint(*parts: str | float | Array | Mapping[str, Array]) -> str:
    """Hash everything that changes the numbers of a reference.

    Args:
        parts: A name and version of the method, numbers, sampled functions. Each counts with its
            kind and shape: "1" is not 1, and no two lists of parts run together.

    Returns:
        64 hexadecimal digits.

    >>> fingerprint("heat", 1.0) == fingerprint("heat", np.array([1.0]))
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            told = part.encode()
            digest.update(f"text {len(told)} ".encode() + told)
        elif isinstance(part, Mapping):
            digest.update(f"table {len(part)} {checksum(part)} ".encode())
        else:
            update(digest, np.asarray(part))
    return digest.hexdigest()


def cached(key: str, compute: Callable[[], dict[str, Array]]) -> dict[str, Array]:
    """Take arrays from the cache, or compute and keep them.

    A file that is damaged, or holds numbers that are not finite, is computed anew. Without a
    folder that can be written, everything is computed and nothing is kept.

    Args:
        key: A `fingerprint` of all that changes the numbers.
        compute: Computes the arrays, float64, by name.

    Returns:
        The arrays.
    """
    folder = cache_folder()
    if folder is None:
        return compute()
    path = folder / f"{key}.safetensors"
    found = _read(path)
    if found is None:
        found = compute()
        _write(path, found)
    return found


def _read(path: Path) -> dict[str, Array] | None:
    """Arrays of a file; None if it is not there, or is not what was written."""
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            expected = (file.metadata() or {}).get("checksum")
            arrays = {name: file.get_tensor(name) for name in file.keys()}
    except FileNotFoundError:
        return None
    except (safetensors.SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        _LOG.warning("the cached reference %s cannot be read, computed anew: %s", path, error)
        return None
    is_finite = all(bool(np.isfinite(values).all()) for values in arrays.values())
    if not is_finite or checksum(arrays) != expected:
        _LOG.warning("the cached reference %s is damaged, computed anew", path)
        return None
    with suppress(OSError):  # a folder that may only be read
        os.utime(path)  # used last
    return arrays


def _write(path: Path, arrays: Mapping[str, Array]) -> None:
    """Keep arrays if that is possible."""
    fixed = {name: np.asarray(values, order="C") for name, values in arrays.items()}
    metadata = {"checksum": checksum(fixed)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, safetensors.numpy.save(fixed, metadata=metadata))
        _make_room(path)
    except OSError as error:  # a full or read-only disk
        _LOG.info("references are not kept: %s", error)


def _make_room(kept: Path) -> None:
    """Remove the files that were used least recently, until all fit."""
    entries = _entries(kept.parent)
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= _LARGEST_CACHE:
            return
        if path != kept:
            path.unlink(missing_ok=True)
            total -= size


def _entries(folder: Path) -> list[tuple[float, int, Path]]:
    """When each file of references was used last, its bytes, and its path."""
    entries = []
    for path in folder.glob("*.safetensors"):
        try:
            status = path.stat()
        except OSError:  # another program removed it
            continue
        entries.append((status.st_mtime, status.st_size, path))
    return entries
