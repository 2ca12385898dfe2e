"""Columns of netCDF: one-dimensional variables of a classic file or one of version 4."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from scipy.io import netcdf_file

from pinn_metakan.untrusted.hdf5_heaps import signature_at
from pinn_metakan.untrusted.hdf5_links import refuse_links_out

#: Entries that a variable may have, and bytes of it for each byte of its file: deflate, which
#: netCDF uses, makes nothing smaller than by this (docs/decisions/0043-unknown-numbers.md).
_MOST_ENTRIES, _MOST_BYTES = 10_000_000, 1032


def netcdf_columns(
    path: Path, names: Sequence[str]
) -> tuple[Mapping[str, NDArray[np.float64]], list[str]]:
    """Values of variables, NaN where they are missing; no others are read.

    Args:
        path: The file.
        names: Of the variables; those that are not there are left out.

    Returns:
        The values by name, and the names of all variables that are columns.

    Raises:
        ValueError: If it is no netCDF, a variable is larger than what is read, or the file has a
            link, or numbers, of another file.
        OSError: If it cannot be read.
    """
    with path.open("rb") as file:
        is_hdf5 = signature_at(file) is not None
    return _hdf5(path, names) if is_hdf5 else _classic(path, names)


def _hdf5(path: Path, names: Sequence[str]) -> tuple[Mapping[str, NDArray[np.float64]], list[str]]:
    refuse_links_out(path)
    found, known = {}, []
    with h5py.File(path, "r") as file:
        for name in file:
            item = file.get(name)  # None for a link to nothing
            if not isinstance(item, h5py.Dataset) or not _is_column(item.shape, item.dtype):
                continue
            known.append(name)
            if name in names:
                _refuse_large(name, item.size, item.dtype, path)
                found[name] = _known(item[...], item.attrs)
    return found, known


def _classic(
    path: Path, names: Sequence[str]
) -> tuple[Mapping[str, NDArray[np.float64]], list[str]]:
    with netcdf_file(path, "r", mmap=True) as file:
        known = [
            name
            for name in file.variables
            if _is_column(file.variables[name].shape, file.variables[name].data.dtype)
        ]
        return {name: _variable(file, name, path) for name in known if name in names}, known


def _variable(file: netcdf_file, name: str, path: Path) -> NDArray[np.float64]:
    """Values of a variable; nothing that is mapped to the file is left when this returns."""
    variable = file.variables[name]
    _refuse_large(name, variable.data.size, variable.data.dtype, path)
    stored = variable.data.astype(variable.data.dtype.newbyteorder("="))
    return _known(stored, vars(variable))


def _is_column(shape: tuple[int, ...] | None, kind: np.dtype[Any]) -> bool:
    return shape is not None and len(shape) == 1 and kind.kind in "iuf"


def _refuse_large(name: str, entries: int, kind: np.dtype[Any], path: Path) -> None:
    if entries > _MOST_ENTRIES:
        raise ValueError(
            f"{name} has {entries} entries, more than the {_MOST_ENTRIES} that are read; write "
            "fewer of them into a file"
        )
    size = path.stat().st_size
    if entries * kind.itemsize > _MOST_BYTES * size:
        raise ValueError(
            f"{name} has {entries} entries, more than a file of {size} bytes can hold; most of "
            "them were never written"
        )


def _known(stored: NDArray[Any], attributes: Mapping[str, Any]) -> NDArray[np.float64]:
    """Values in their unit, NaN where they are missing."""
    # By the conventions of CF, 2.5.1 and 8.1, what is missing is marked in the numbers and the type
    # that are stored, before they are unpacked.
    is_missing = np.zeros(stored.shape, dtype=bool)
    for name in ("_FillValue", "missing_value"):
        marks = np.asarray(attributes.get(name, []), dtype=np.float64)
        if stored.dtype.kind == "f":
            with np.errstate(over="ignore"):
                marks = marks.astype(stored.dtype)
        is_missing |= np.isin(stored, marks)
    factor, offset = (
        float(np.asarray(attributes.get(name, neutral), dtype=np.float64).item())
        for name, neutral in (("scale_factor", 1.0), ("add_offset", 0.0))
    )
    return np.where(is_missing, np.nan, stored.astype(np.float64) * factor + offset)
