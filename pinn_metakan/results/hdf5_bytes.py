"""HDF5 files that are made in memory: on a disk that is full the library may end the program."""

import uuid
from collections.abc import Callable

import h5py


def hdf5_bytes(fill: Callable[[h5py.File], None], libver: tuple[str, str] | None = None) -> bytes:
    """Make an HDF5 file in memory.

    Args:
        fill: Writes into the file.
        libver: Oldest and newest version of the library that its parts may need, None for h5py's.

    Returns:
        What a file on a disk would hold.
    """
    name = f"memory-{uuid.uuid4()}"  # two that are open may not be called alike
    with h5py.File(name, "w", driver="core", backing_store=False, libver=libver) as file:
        fill(file)
        file.flush()
        return bytes(file.id.get_file_image())
