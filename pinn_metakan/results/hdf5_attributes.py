"""HDF5 attributes: facts, units and names."""

from collections.abc import Mapping

import h5py

from pinn_metakan.results.variables import described


def write_attributes(owner: h5py.HLObject, values: Mapping[str, object]) -> None:
    """Write facts as attributes of a file, a group or a dataset.

    Args:
        owner: Whose attributes they become.
        values: By name. A text of a kind of its own, such as a member of an enumeration or one of
            NumPy, which HDF5 knows no type for, is written as plain text.
    """
    for name, value in values.items():
        owner.attrs[str(name)] = str(value) if isinstance(value, str) else value


def describe(dataset: h5py.Dataset, unit: str, called: str) -> None:
    """Write unit and name as attributes, as figures and xarray show them."""
    write_attributes(dataset, described(unit, called))
