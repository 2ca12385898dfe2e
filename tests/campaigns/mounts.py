"""File systems that one process alone sees; mounting them needs the rights of root."""

import ctypes
import os
from pathlib import Path

_NEW_NAMESPACE = 0x20000
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 0x1, 0x20, 0x1000, 0x4000, 0x40000


def small_disk(place: Path, kilobytes: int) -> bool:
    """Mount an empty disk of a size at a folder; whether that could be done."""
    size = f"size={kilobytes}k".encode()
    return _is_alone() and _mount(b"tmpfs", os.fsencode(place), b"tmpfs", 0, size)


def read_only(place: Path) -> bool:
    """Let a folder be read only; whether that could be done."""
    name = os.fsencode(place)
    flags = _BIND | _REMOUNT | _READ_ONLY
    bound = _is_alone() and _mount(name, name, None, _BIND, None)
    return bound and _mount(b"none", name, None, flags, None)


def _is_alone() -> bool:
    """Whether no other process sees what this one mounts from now on."""
    if ctypes.CDLL(None).unshare(_NEW_NAMESPACE):
        return False
    return _mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None)


def _mount(
    source: bytes, place: bytes, kind: bytes | None, flags: int, options: bytes | None
) -> bool:
    return bool(ctypes.CDLL(None).mount(source, place, kind, flags, options) == 0)
