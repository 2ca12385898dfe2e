"""Heaps of texts in an HDF5 file, looked at before HDF5 reads them: some would never end.

A global heap is a row of objects; each says how long it is, and the library goes on behind it.
Where a length is zero, or so large that it wraps around, it stays at one place for ever.

Source: HDF5 file format specification 3.0, section III.E, "Disk Format: Level 1E, Global Heap".
"""

import mmap
import os
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


def refuse_endless_heaps(plain: BinaryIO, path: Path) -> None:
    """Refuse a file whose heaps HDF5 could not walk to their end.

    Args:
        plain: The open file.
        path: Its path, for messages.

    Raises:
        RunFolderError: If an object of a heap ends where it begins, or outside of its heap; or if
            lengths have other than 8 bytes, which no program of today writes.
    """
    if os.fstat(plain.fileno()).st_size == 0:
        return  # no HDF5
    with mmap.mmap(plain.fileno(), 0, access=mmap.ACCESS_READ) as content:
        head = content[(start := max(content.find(SIGNATURE), 0)) : start + _HEAD]
        if len(head) == _HEAD and head[_WIDTH.get(head[8], 10)] != _LENGTH:
            raise RunFolderError(f"{path} is no HDF5 file with lengths of {_LENGTH} bytes")
        begin = content.find(_HEAP)
        while begin >= 0:
            if not _is_walked(content, begin):
                raise RunFolderError(
                    f"{path} is damaged: a text in it has no end; take a whole copy, or make the "
                    "run again"
                )
            begin = content.find(_HEAP, begin + 1)


def _is_walked(content: mmap.mmap, begin: int) -> bool:
    """Whether each object of a heap ends behind its beginning, inside of the heap."""
    end = begin + int.from_bytes(content[begin + _LENGTH : begin + _HEAD], "little")
    place = begin + _HEAD
    while place + _OBJECT <= min(end, len(content)):
        number = int.from_bytes(content[place : place + 2], "little")
        size = int.from_bytes(content[place + 8 : place + _OBJECT], "little")
        # What is numbered 0 is free, and its length counts all of it.
        length = _OBJECT + -(-size // _ALIGNED) * _ALIGNED if number else size
        if not 0 < length <= end - place:
            return False
        place += length
    return True
