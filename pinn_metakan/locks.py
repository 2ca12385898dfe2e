"""Locks of the kernel on open files, which end with the process that holds them."""

import enum

try:
    import fcntl
except ImportError:  # Windows
    _HAS_LOCKS = False
else:
    _HAS_LOCKS = True


class Held(enum.Enum):
    """Who holds a lock, after one has tried to."""

    OURS = "this process"
    ANOTHERS = "another process"
    NO_LOCKS = "nobody: the file system, or the system, has no such locks"


def try_to_hold(handle: int) -> Held:
    """Hold an open file, unless another one does; nobody waits.

    Args:
        handle: The number of the open file; its lock ends when it is closed.

    Returns:
        Who holds it now.
    """
    if not _HAS_LOCKS:
        return Held.NO_LOCKS
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return Held.ANOTHERS
    except OSError:  # not on this file system
        return Held.NO_LOCKS
    return Held.OURS
