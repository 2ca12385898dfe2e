"""HDF5 datasets: their units and names."""

import h5py

from pinn_metakan.results.variables import described


def describe(dataset: h5py.Dataset, unit: str, called: str) -> None:
    """Write unit and name as attributes, as figures and xarray show them."""
    for name, value in described(unit, called).items():
        dataset.attrs[name] = value
