"""HDF5 datasets: their units and names, and their numbers."""

import h5py
import numpy as np

from pinn_metakan.results.metrics import Array
from pinn_metakan.results.variables import described


def describe(dataset: h5py.Dataset, unit: str, called: str) -> None:
    """Write unit and name as attributes, as figures and xarray show them."""
    for name, value in described(unit, called).items():
        dataset.attrs[name] = value


def read_array(dataset: h5py.Dataset) -> Array:
    """Read a dataset as float64."""
    return np.asarray(dataset[...], dtype=np.float64)
