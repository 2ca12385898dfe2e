"""A folder that may only be read, for a forked child, even where its user may do anything."""

import ctypes
import os
from pathlib import Path

#: Of Linux: unshare, and flags of mount.
_NEW_NAMESPACE, _RECURSIVE_PRIVATE = 0x20000, 0x4000 | 0x40000
_BIND, _REMOUNT, _READ_ONLY = 0x1000, 0x20, 0x1


def own_namespace() -> ctypes.CDLL | None:
    """Let what this process mounts be seen by it alone.

    Returns:
        The C library; None without the right.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    is_refused = libc.unshare(_NEW_NAMESPACE) or libc.mount(
        b"none", b"/", None, _RECURSIVE_PRIVATE, None
    )
    return None if is_refused else libc


def make_read_only(folder: Path) -> None:
    """Let this process alone read a folder and write nothing there."""
    libc, place = own_namespace(), os.fsencode(folder)
    if libc is None:
        folder.chmod(0o500)
        return
    libc.mount(place, place, None, _BIND, None)
    libc.mount(b"none", place, None, _BIND | _REMOUNT | _READ_ONLY, None)
