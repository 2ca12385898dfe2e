"""Whether an HDF5 file of any program keeps to itself: no link, and no numbers, of another file."""

from pathlib import Path

import h5py

from pinn_metakan.errors import RunFolderError, is_lack_of_memory, one_line
from pinn_metakan.untrusted.hdf5_heaps import refuse_endless_heaps, signature_at
from pinn_metakan.untrusted.hdf5_storage import refuse_elsewhere
from pinn_metakan.untrusted.plain_file import opened_plain

#: Links that lead to a place in the same file.
_OWN = (h5py.h5l.TYPE_HARD, h5py.h5l.TYPE_SOFT)


def refuse_links_out(path: Path) -> None:
    """Refuse a file that other libraries are about to read, if they would read others as well.

    Args:
        path: A file that the user names; one that is no HDF5 has no links.

    Raises:
        RunFolderError: If it is no regular file, a link or a dataset in it leads out of it, or a
            text in it has no end.
    """
    with opened_plain(path) as plain:
        if signature_at(plain) is None:
            return
        refuse_endless_heaps(plain, path)
        try:
            with h5py.File(plain, "r") as file:
                _refuse_below(file, path)
        except RunFolderError:
            raise
        except Exception as error:  # the library raises anything on damaged files
            if is_lack_of_memory(error):
                raise
            raise RunFolderError(f"cannot read {path}: {one_line(error)}") from error


def _refuse_below(file: h5py.File, path: Path) -> None:
    """Look at each link, and at each group and dataset once, however often it is linked."""
    seen: set[int] = set()
    waiting: list[tuple[str, h5py.Group]] = [("", file)]
    while waiting:
        place, group = waiting.pop()
        links = group.id.links
        for name in list(group):
            called = f"{path}: {place}{name}"
            kind = links.get_info(name.encode()).type
            if kind not in _OWN:
                raise RunFolderError(f"{called} is a link out of the file, and none is followed")
            if kind == h5py.h5l.TYPE_SOFT:  # what it leads to is looked at under its own name
                continue
            item = group[name]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                continue
            seen.add(address)
            if isinstance(item, h5py.Group):
                waiting.append((f"{place}{name}/", item))
            elif isinstance(item, h5py.Dataset):
                refuse_elsewhere(item, called)
