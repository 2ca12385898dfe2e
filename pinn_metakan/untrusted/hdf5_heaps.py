"""Heaps of texts in an HDF5 file, looked at before HDF5 reads them: some would never end.

A global heap is a row of objects; each says how long it is, and the library goes on behind it.
Where a length is zero, or so large that it wraps around, it stays at one place for ever.

Source: HDF5 file format specification 3.0, section III.E, "Disk Format: Level 1E, Global Heap".
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pinn_metakan.errors import RunFolderError

#: How a heap begins: its signature and its only version.
_HEAP = b"GCOL\x01"
#: How HDF5 begins.
SIGNATURE = b"\x89HDF\r\n\x1a\n"
#: Where it says how many bytes a length has, by versions.
_WIDTH = {0: 14, 1: 14, 2: 10, 3: 10}
#: Bytes before the first object: signature, version, reserved, length; and of a length.
_HEAD, _LENGTH = 16, 8
#: Bytes of an object before its data: number, references, reserved, length of the data.
_OBJECT = 16
#: Data are padded to a multiple of so many bytes.
_ALIGNED = 8
#: Where HDF5 may begin first, behind a block of the user's; it doubles from there.
_FIRST_BLOCK = 512
#: Bytes of a file that are looked at at once.
_AT_ONCE = 16_000_000
#: Objects that all heaps together may have, in those that a file has room for: text may look like
#: a heap, but heaps do not lie in each other.
_TIMES = 2


def refuse_endless_heaps(plain: BinaryIO, path: Path) -> None:
    """Refuse a file whose heaps HDF5 could not walk to their end.

    Args:
        plain: The open file.
        path: Its path, for messages.

    Raises:
        RunFolderError: If an object of a heap ends where it begins, or outside of its heap; if
            heaps lie in each other; or if lengths have other than 8 bytes, which no program of
            today writes.
    """
    start = signature_at(plain)
    if start is None:
        return  # no HDF5
    head = _bytes_at(plain, start, _HEAD)
    if len(head) == _HEAD and head[_WIDTH.get(head[8], 10)] != _LENGTH:
        raise RunFolderError(f"{path} is no HDF5 file with lengths of {_LENGTH} bytes")
    left = _TIMES * os.fstat(plain.fileno()).st_size // _OBJECT
    for begin in _heaps(plain):
        left -= _objects(plain, begin, left)
        if left < 0:
            raise RunFolderError(
                f"{path} is damaged: a text in it has no end; take a whole copy, or make the run "
                "again"
            )


def signature_at(plain: BinaryIO) -> int | None:
    """Find where HDF5 begins in a file: at 0, 512, or a power of two behind.

    Args:
        plain: The open file, which is read from another place afterwards.

    Returns:
        The place; None of a file that is no HDF5.
    """
    begin, size = 0, os.fstat(plain.fileno()).st_size
    while begin < size:
        if _bytes_at(plain, begin, len(SIGNATURE)) == SIGNATURE:
            return begin
        begin = begin * 2 or _FIRST_BLOCK
    return None


def _heaps(plain: BinaryIO) -> Iterator[int]:
    """Where heaps may begin; only a part of the file is in memory at once."""
    begin, overlap = 0, len(_HEAP) - 1
    while len(content := _bytes_at(plain, begin, _AT_ONCE)) > overlap:
        found = content.find(_HEAP)
        while found >= 0:
            yield begin + found
            found = content.find(_HEAP, found + 1)
        begin += len(content) - overlap


def _bytes_at(plain: BinaryIO, begin: int, count: int) -> bytes:
    """Bytes of a file from one place; fewer where it ends."""
    plain.seek(begin)
    return plain.read(count)


def _objects(plain: BinaryIO, begin: int, most: int) -> int:
    """How many objects a heap has; more than `most` where one ends before it begins, or outside."""
    end = begin + int.from_bytes(_bytes_at(plain, begin, _HEAD)[_LENGTH:], "little")
    place, count = begin + _HEAD, 0
    while count <= most and place + _OBJECT <= end:
        head = _bytes_at(plain, place, _OBJECT)
        if len(head) < _OBJECT:
            break  # the file ends
        number = int.from_bytes(head[:2], "little")
        claimed = int.from_bytes(head[8:], "little")
        # What is numbered 0 is free, and its length counts all of it.
        length = _OBJECT + -(-claimed // _ALIGNED) * _ALIGNED if number else claimed
        if not 0 < length <= end - place:
            return most + 1
        place += length
        count += 1
    return count
