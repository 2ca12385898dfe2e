"""Checksums of the datasets of an HDF5 file, which it holds as an attribute."""

import json

import h5py
import numpy as np
from numpy.typing import NDArray

from pinn_metakan.untrusted.checksum import checksum

#: The attribute of the root: JSON, SHA-256 by the path of a dataset.
ATTRIBUTE = "checksums"


def note_checksums(file: h5py.File) -> None:
    """Write the checksums of all datasets of a file.

    Args:
        file: The file, whose datasets will not change any more.
    """
    found: dict[str, str] = {}

    def note(path: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            found[path] = checksum_of(item[...])

    file.visititems(note)
    file.attrs[ATTRIBUTE] = json.dumps(found)


def checksum_of(values: NDArray[np.generic]) -> str:
    """SHA-256 of an array with its kind and shape."""
    return checksum({"": np.asarray(values)})
