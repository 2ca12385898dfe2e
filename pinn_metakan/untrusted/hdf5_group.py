"""Groups of an HDF5 file that may come from anyone: plain local datasets, and nothing else.

HDF5 follows links into other files, reads raw numbers from any path that a dataset names, and loads
programs for filters that it does not know. None of this is asked for here: what is not a hard link
to numbers in the file itself is refused before it is opened.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import h5py
import numpy as np
from numpy.typing import NDArray

from pinn_metakan.errors import RunFolderError, is_lack_of_memory, one_line
from pinn_metakan.untrusted.checksum import has_seal
from pinn_metakan.untrusted.hdf5_checksums import ATTRIBUTE, checksum_of
from pinn_metakan.untrusted.hdf5_heaps import SIGNATURE, refuse_endless_heaps
from pinn_metakan.untrusted.hdf5_storage import (
    refuse_elsewhere,
    refuse_overfull,
    refuse_packed,
)
from pinn_metakan.untrusted.json_text import read_json
from pinn_metakan.untrusted.plain_file import opened_plain
from pinn_metakan.untrusted.schema import Table, Text

#: Bytes of numbers for each byte of the file, and beside that: what compression may save
#: (docs/decisions/0048-trust.md).
_EXPANSION, _FREE = 64, 64 * 2**20
#: Bytes of a float64, which every number becomes.
_ITEM = 8
#: What follows the signature: versions 2 and 3, with addresses of 8 bytes; where a file says how
#: long it is.
_KNOWN, _END = (b"\x02\x08", b"\x03\x08"), slice(28, 36)
_TEXTS = Table(others=Text())


class _Source:
    """What is known of a file that is read.

    Args:
        size: Its bytes.
    """

    def __init__(self, size: int):
        self.size, self._left = size, _EXPANSION * size + _FREE
        self.checksums: Mapping[str, str] = {}
        self._names: dict[int, str] = {}

    def name_of(self, scale: h5py.Dataset) -> str:
        """Name of a scale in its group; HDF5 looks through all of the file for it, once here."""
        address = h5py.h5o.get_info(scale.id).addr
        if address not in self._names:
            self._names[address] = str(scale.name or "").rpartition("/")[2]
        return self._names[address]

    def spend(self, count: int, place: str) -> None:
        """Take some of them, or refuse what needs more than there are."""
        if count > self._left:
            raise RunFolderError(f"{place} claims {count} bytes, more than a file of its size has")
        self._left -= count


class PlainGroup:
    """A group whose members are plain datasets, and groups of them.

    Args:
        group: The group.
        path: Path of the group in the file, with a slash at its end; empty for the root.
        source: What is known of the file.
    """

    def __init__(self, group: h5py.Group, path: str, source: _Source):
        self._group, self._path, self._source = group, path, source

    def __contains__(self, name: str) -> bool:
        return "/" not in name and name not in ("", ".") and self._links.exists(name.encode())

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._group))

    def group(self, name: str) -> "PlainGroup":
        """A group inside.

        Args:
            name: Its name.

        Returns:
            The group.

        Raises:
            RunFolderError: If it is no group of this file.
        """
        found = self._member(name)
        if not isinstance(found, h5py.Group):
            raise RunFolderError(f"{self._place(name)} is no group")
        return PlainGroup(found, f"{self._path}{name}/", self._source)

    def array(self, name: str) -> NDArray[np.float64]:
        """Read a dataset as float64.

        Args:
            name: Its name.

        Returns:
            The numbers.

        Raises:
            RunFolderError: If it is no dataset of numbers that lie in this file, or they are others
                than its checksum is of.
        """
        return np.asarray(self._numbers(name), dtype=np.float64)

    def whole_numbers(self, name: str) -> NDArray[np.int64]:
        """Read a dataset as int64; as for `array`."""
        found = self._numbers(name)
        if found.dtype.kind not in "iu":
            raise RunFolderError(f"{self._place(name)} holds no whole numbers")
        return np.asarray(found, dtype=np.int64)

    def scales(self, name: str) -> list[str]:
        """Names of the dimension scales of a dataset.

        Args:
            name: Its name.

        Returns:
            One for each of its dimensions.

        Raises:
            RunFolderError: If a dimension has none.
        """
        found = []
        for dimension in self._dataset(name).dims:
            scale = self._source.name_of(dimension[0]) if len(dimension) else None
            if not scale:
                raise RunFolderError(f"{self._place(name)}: a dimension has no scale")
            found.append(scale)
        return found

    def facts(self, name: str = "") -> dict[str, str | int | float]:
        """Attributes that are text or one number; others, such as those of netCDF, are left out.

        Args:
            name: Of a dataset inside; of the group itself unless given.

        Returns:
            Values by name.
        """
        attributes = (self._dataset(name) if name else self._group).attrs
        found: dict[str, str | int | float] = {}
        for key in attributes:
            attribute, place = attributes.get_id(key), self._place(f"{name}@{key}")
            is_text = h5py.check_string_dtype(attribute.dtype) is not None
            size = int(np.prod(attribute.shape or (1,), dtype=object))
            if size == 1 and (is_text or attribute.dtype.kind in "iuf"):
                self._source.spend(attribute.get_storage_size(), place)
                value = _plain(attributes[key])
                if value is not None:
                    self._source.spend(len(value) if isinstance(value, str) else _ITEM, place)
                    found[key] = value
        return found

    @property
    def _links(self) -> "h5py.h5g.GroupID":
        return self._group.id.links

    def _place(self, name: str) -> str:
        return f"{self._path}{name}"

    def _member(self, name: str) -> h5py.Group | h5py.Dataset:
        if name not in self:
            raise RunFolderError(f"there is no {self._place(name)}")
        if self._links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
            raise RunFolderError(f"{self._place(name)} is a link, and none is followed")
        return self._group[name]

    def _dataset(self, name: str) -> h5py.Dataset:
        found, place = self._member(name), self._place(name)
        if not isinstance(found, h5py.Dataset):
            raise RunFolderError(f"{place} is no dataset")
        if found.dtype.kind not in "iuf" or found.shape is None:
            raise RunFolderError(f"{place} holds no numbers")
        refuse_elsewhere(found, place)
        refuse_packed(found, place)
        return found

    def _numbers(self, name: str) -> NDArray[np.generic]:
        found, place = self._dataset(name), self._place(name)
        size = int(np.prod(found.shape, dtype=object)) * found.dtype.itemsize
        made = found.id.get_create_plist()
        if made.get_layout() == h5py.h5d.CHUNKED:
            chunk = int(np.prod(made.get_chunk(), dtype=object)) * found.dtype.itemsize
            self._source.spend(chunk, place)
            refuse_overfull(found, chunk, self._source.size, place)
        elif (stored := found.id.get_storage_size()) != size:
            raise RunFolderError(f"{place} claims {size} bytes, and {stored} are stored")
        self._source.spend(max(size, size // found.dtype.itemsize * _ITEM), place)
        values: NDArray[np.generic] = found[...]
        expected = self._source.checksums.get(f"{self._path}{name}")
        if expected is not None and checksum_of(values) != expected:
            raise RunFolderError(
                f"{place} has other numbers than its checksum is of; take a whole copy, or, "
                f"if they were changed on purpose, delete the attribute {ATTRIBUTE!r} of the file"
            )
        return values


@contextmanager
def opened_hdf5(path: Path, within: Path | None = None) -> Iterator[PlainGroup]:
    """Open an HDF5 file to read it.

    Args:
        path: The file.
        within: As for `opened_plain`.

    Yields:
        Its root.

    Raises:
        RunFolderError: If it is no regular file, lies outside, its checksum is that of other bytes,
            or it is no HDF5.
    """
    with opened_plain(path, within) as plain:
        size = os.fstat(plain.fileno()).st_size
        if not has_seal(plain, path):
            _refuse_rest(plain, size, path)
        refuse_endless_heaps(plain, path)
        with _damage_told(path):
            file = h5py.File(plain, "r")
        with file:
            source = _Source(size)
            root = PlainGroup(file, "", source)
            with _damage_told(path):
                told = str(root.facts().get(ATTRIBUTE, "{}"))
                source.checksums = cast(Mapping[str, str], read_json(told, _TEXTS, ATTRIBUTE))
            yield root


def _refuse_rest(plain: BinaryIO, size: int, path: Path) -> None:
    """Refuse a file that has something behind its end that is no seal, as one that is damaged."""
    begin = plain.read(_END.stop)
    plain.seek(0)
    is_known = begin[:8] == SIGNATURE and begin[8:10] in _KNOWN
    if is_known and int.from_bytes(begin[_END], "little") < size:
        raise RunFolderError(
            f"{path} is damaged: behind its end there is something that is no checksum; take a "
            "whole copy, or make the run again"
        )


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    """Turn whatever the library raises on a damaged file into one line."""
    try:
        yield
    except Exception as error:
        if is_lack_of_memory(error):
            raise
        raise RunFolderError(
            f"{path} is no HDF5 file that can be read ({one_line(error)})"
        ) from error


def _plain(value: object) -> str | int | float | None:
    if isinstance(value, np.ndarray) and value.size == 1:  # as netCDF has numbers
        value = value.flat[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    return str(value) if isinstance(value, str) else None
