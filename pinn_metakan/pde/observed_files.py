"""Data from files: tables of text, and netCDF."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.netcdf_columns import netcdf_columns
from pinn_metakan.pde.observed import Observed

#: Endings of files of netCDF; version 4 of it is HDF5.
_NETCDF = (".nc", ".nc4", ".cdf", ".h5", ".hdf5")
#: What reading raises where a file is damaged, or says that it is larger than the memory.
_UNREADABLE = (OSError, ValueError, TypeError, LookupError, RuntimeError, MemoryError)


def observed_from_file(
    path: str | Path,
    coordinates: Sequence[str],
    *,
    sigma: float | str | None = None,
    huber: float | None = None,
    **values: str,
) -> Observed:
    """Read data at points from a file; nothing in it is executed.

    ``observed_from_file("rod.csv", ("x", "t"), u="temperature", sigma="error")``

    Args:
        path: A table of text whose first line names its columns, parted by commas, semicolons or
            tabs; or netCDF (``.nc``), classic or version 4, with one-dimensional variables,
            which are unpacked where they are packed.
        coordinates: Names of the columns of the coordinates, in the order of the problem's.
        sigma: Name of the column of the noise's standard deviation; a number, or ``"estimate"``, as
            for `Observed`.
        huber: As for `Observed`.
        **values: By unknown or derivative the name of its column.

    Returns:
        The condition. Rows in which one of these is missing are left out.

    Raises:
        ProblemError: If the file cannot be read, or has no such column.
    """
    path = Path(path)
    if not path.is_file():
        raise ProblemError(f"Observed: there is no file {path}")
    names = [*coordinates, *values.values()]
    has_errors = isinstance(sigma, str) and sigma != "estimate"
    names += [str(sigma)] if has_errors else []
    is_netcdf = path.suffix.lower() in _NETCDF
    try:
        if is_netcdf:
            columns, known = netcdf_columns(path, names)
        else:
            columns = _text(path)
            known = list(columns)
    except _UNREADABLE as error:
        detail = " ".join(str(error).split()) or "there is not enough memory"
        kind = "netCDF" if is_netcdf else "a table of text"
        raise ProblemError(f"Observed: {path} cannot be read as {kind}: {detail}") from error
    for name in names:
        if name not in columns:
            told = ", ".join(known) or "none"
            raise ProblemError(f"Observed: {path} has no column {name!r}; there are {told}")
    sizes = {name: columns[name].size for name in names}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{name}: {size}" for name, size in sizes.items())
        raise ProblemError(f"Observed: columns of {path} are of different lengths, {told}")
    is_there = np.all([np.isfinite(columns[name]) for name in names], axis=0)
    if not is_there.any():
        raise ProblemError(f"Observed: {path} has no row in which all of {', '.join(names)} are")
    points = np.stack([columns[name][is_there] for name in coordinates], axis=1)
    data = {unknown: columns[column][is_there] for unknown, column in values.items()}
    level = columns[str(sigma)][is_there] if has_errors else sigma
    try:
        return Observed(points, sigma=level, weights=None, of=None, huber=huber, **data)
    except ValueError as error:
        raise ProblemError(f"{path}: {error}") from error


def _text(path: Path) -> Mapping[str, NDArray[np.float64]]:
    """Columns of a table of text by name."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    first = lines[0] if lines else ""
    separator = next((mark for mark in ",;\t" if mark in first), None)
    names = [name.strip().strip('"') for name in first.split(separator)]
    rows = [line.split(separator) for line in lines[1:] if line.strip()]
    if any(len(row) != len(names) for row in rows):
        raise ValueError(f"each line must have {len(names)} columns, as the first one")
    cells = [[cell.strip() for cell in row] for row in rows]
    numbers = [[float(cell or "nan") for cell in row] for row in cells]
    table = np.array(numbers, dtype=np.float64).reshape(-1, len(names))
    return {name: table[:, column] for column, name in enumerate(names)}
