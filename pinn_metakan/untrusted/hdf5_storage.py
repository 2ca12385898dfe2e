"""Where the numbers of an HDF5 dataset lie, and how they are packed."""

import zlib
from collections.abc import Sequence

import h5py

from pinn_metakan.errors import RunFolderError

#: Filters that are part of the library: deflate, shuffle, Fletcher32, szip, nbit, scale-offset.
_BUILT_IN = range(1, 7)
_DEFLATE, _FLETCHER = 1, 3
#: Bytes of the sum that Fletcher32 appends to a chunk; bytes that other filters add to one at most.
_SUM, _HEADER = 4, 64


def refuse_elsewhere(dataset: h5py.Dataset, place: str) -> None:
    """Refuse a dataset whose numbers lie in other files.

    Args:
        dataset: The dataset, none of whose numbers have been read.
        place: What messages call it.

    Raises:
        RunFolderError: If they do.
    """
    made = dataset.id.get_create_plist()
    if made.get_layout() == h5py.h5d.VIRTUAL or made.get_external_count():
        raise RunFolderError(f"{place} takes its numbers from other files, which are not read")


def refuse_packed(dataset: h5py.Dataset, place: str) -> None:
    """Refuse a dataset that is packed in a way that could need any program, or any memory.

    Args:
        dataset: The dataset.
        place: What messages call it.

    Raises:
        RunFolderError: If it is packed by a filter that is not part of HDF5, or by one twice.
    """
    made = dataset.id.get_create_plist()
    filters = [made.get_filter(k)[0] for k in range(made.get_nfilters())]
    if any(code not in _BUILT_IN for code in filters):
        raise RunFolderError(f"{place} is packed by a filter that is not part of HDF5")
    if len(set(filters)) < len(filters):  # twice packed zeros are a million times smaller
        raise RunFolderError(f"{place} is packed twice by the same filter")


def refuse_overfull(dataset: h5py.Dataset, chunk: int, size: int, place: str) -> None:
    """Refuse a chunk that unpacks to more bytes than it claims.

    HDF5 unpacks a deflate stream to its end, whatever size the chunk claims, into as much memory as
    that takes: 1032 times the bytes of the stream. So zlib is asked first, and stops at the size.

    Args:
        dataset: A dataset in chunks, which `refuse_packed` has let through.
        chunk: Bytes that a chunk claims.
        size: Bytes of the file.
        place: What messages call it.

    Raises:
        RunFolderError: If a chunk unpacks to more, is no deflate stream, or is packed after that.
    """
    made = dataset.id.get_create_plist()
    filters = [made.get_filter(k)[0] for k in range(made.get_nfilters())]
    if _DEFLATE not in filters:
        return
    number = filters.index(_DEFLATE)
    if any(code != _FLETCHER for code in filters[number + 1 :]):
        raise RunFolderError(f"{place} is packed by filters in an order that no program writes")
    stored: list[h5py.h5d.StoreInfo] = []
    dataset.id.chunk_iter(stored.append)
    for info in stored:
        if info.size > size:
            raise RunFolderError(f"{place}: a chunk claims {info.size} bytes of its file")
        if not info.filter_mask >> number & 1:
            _refuse_long(_stream(dataset, info, filters, number), chunk + _HEADER, place)


def _stream(
    dataset: h5py.Dataset, info: "h5py.h5d.StoreInfo", filters: Sequence[int], number: int
) -> bytes:
    """The bytes of a chunk that deflate has made."""
    content: bytes = dataset.id.read_direct_chunk(info.chunk_offset)[1]
    has_sum = len(filters) > number + 1 and not info.filter_mask >> (number + 1) & 1
    return content[:-_SUM] if has_sum else content


def _refuse_long(stream: bytes, most: int, place: str) -> None:
    try:
        unpacked = zlib.decompressobj().decompress(stream, most + 1)
    except zlib.error as error:
        raise RunFolderError(f"{place}: a chunk cannot be unpacked: {error}") from error
    if len(unpacked) > most:
        raise RunFolderError(f"{place}: a chunk unpacks to more bytes than it claims")
