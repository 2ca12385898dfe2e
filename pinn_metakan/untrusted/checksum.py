"""Checksums: SHA-256 of arrays with their names, and a seal at the end of a file."""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from pinn_metakan.errors import RunFolderError

#: What stands behind the last byte of a sealed file; HDF5 reads such a file as without it, and
#: takes it off when it changes the file.
_SEAL = re.compile(rb"\npinn_metakan sha256 ([0-9a-f]{64})\n")
_LENGTH = len(b"\npinn_metakan sha256 \n") + 64
#: Bytes that are hashed at once.
_PIECE = 2**20


def checksum(arrays: Mapping[str, NDArray[np.generic]]) -> str:
    """Hash the names, kinds, shapes and bytes of arrays, whatever their order."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(f"name {len(name.encode())} {name} ".encode())
        update(digest, arrays[name])
    return digest.hexdigest()


def update(digest: "hashlib._Hash", values: NDArray[np.generic]) -> None:
    """Hash an array with its kind and shape, the same on machines of either order of bytes."""
    fixed = np.asarray(values, dtype=values.dtype.newbyteorder("<"), order="C")
    digest.update(f"array {fixed.dtype.str} {fixed.shape} ".encode() + fixed.tobytes())


def sealed(content: bytes) -> bytes:
    """The bytes of a file, and their SHA-256 behind the last one."""
    return content + f"\npinn_metakan sha256 {hashlib.sha256(content).hexdigest()}\n".encode()


def has_seal(file: BinaryIO, path: Path) -> bool:
    """Whether a file is sealed; it is refused if its bytes are others than when it was.

    Args:
        file: The file, open; it is at its beginning afterwards.
        path: What messages call it.

    Returns:
        Whether it has a seal.

    Raises:
        RunFolderError: If a byte is another one.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _LENGTH, 0))
    found = _SEAL.fullmatch(file.read(_LENGTH))
    if found and _digest(file, size - _LENGTH) != found[1].decode():
        raise RunFolderError(
            f"{path} is damaged: its bytes are not those that its checksum is of; take a copy that "
            "is whole, or make the run again"
        )
    file.seek(0)
    return found is not None


def _digest(file: BinaryIO, count: int) -> str:
    """SHA-256 of the first bytes of a file."""
    digest = hashlib.sha256()
    file.seek(0)
    while count > 0 and (piece := file.read(min(count, _PIECE))):
        digest.update(piece)
        count -= len(piece)
    return digest.hexdigest()
