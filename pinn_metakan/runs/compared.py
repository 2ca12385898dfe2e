"""What `compare` is given: run folders, solution files, and a user's own files of values."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pinn_metakan.errors import RunFolderError, UserError
from pinn_metakan.results.comparison import Compared
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.table import read_table
from pinn_metakan.runs.folder import RunFolder
from pinn_metakan.untrusted.hdf5_links import refuse_links_out

if TYPE_CHECKING:
    import xarray


def read_compared(path: Path) -> Compared:
    """Read something to compare; nothing is executed.

    Args:
        path: A run folder, a solution file, or a file of values: ``.csv`` or ``.nc``.

    Returns:
        What it holds.

    Raises:
        UserError: If it is none of these.
        RunFolderError: If it is not there, or cannot be read.
    """
    name = str(path)
    if path.is_dir():
        return Compared(name, RunFolder(path).read_field())
    if path.suffix == ".csv":
        return Compared(name, None, read_table(path))
    if not path.is_file():
        raise RunFolderError(f"there is no run folder or file {path}")
    if path.suffix not in (".h5", ".nc"):
        raise UserError(f"{path}: expected a run folder, or a file that ends in .csv, .nc or .h5")
    try:
        return Compared(name, read_solution(path))
    except RunFolderError:
        if path.suffix == ".h5":
            raise
    return Compared(name, None, _read_netcdf(path))


def _read_netcdf(path: Path) -> dict[str, Array]:
    """Variables and coordinates as columns of a table, those of the most dimensions alone."""
    try:
        import xarray
    except ImportError as error:
        raise UserError("xarray is not installed: pip install 'pinn_metakan[data]'") from error
    refuse_links_out(path)
    try:
        with xarray.open_dataset(path, decode_times=False) as data:
            arrays = xarray.broadcast(*data.reset_coords().data_vars.values(), *_indexes(data))
            return {
                str(array.name): np.asarray(array.values, dtype=np.float64).ravel()
                for array in arrays
                if np.issubdtype(array.dtype, np.number)
            }
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path}: {' '.join(str(error).split())}") from error


def _indexes(data: "xarray.Dataset") -> list["xarray.DataArray"]:
    return [data[name] for name in data.dims if name in data.coords]
