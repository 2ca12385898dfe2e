"""HDF5 that may come from anyone: chunks that unpack without end, and files that lead to others."""

import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.netcdf_columns import netcdf_columns
from pinn_metakan.runs.compared import read_compared
from pinn_metakan.untrusted.hdf5_group import opened_hdf5
from pinn_metakan.untrusted.hdf5_links import refuse_links_out


def packed(path: Path, stream: bytes | None = None, **how: object) -> None:
    """A dataset of 100 zeros in one chunk, of which deflate has made a stream of one's own."""
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("u", (100,), "f8", chunks=(100,), compression=9, **how)
        dataset[...] = 0.0
        if stream is not None:
            dataset.id.write_direct_chunk((0,), stream)


@pytest.mark.parametrize("how", [{}, {"shuffle": True}, {"fletcher32": True, "shuffle": True}])
def test_packed_numbers_are_read(how: dict[str, object], tmp_path: Path) -> None:
    packed(tmp_path / "a.h5", **how)
    with opened_hdf5(tmp_path / "a.h5") as file:
        assert file.array("u").tolist() == [0.0] * 100


def test_a_chunk_that_unpacks_to_more_than_it_claims_is_refused(tmp_path: Path) -> None:
    packed(tmp_path / "a.h5", zlib.compress(bytes(10**7)))
    with (
        opened_hdf5(tmp_path / "a.h5") as file,
        pytest.raises(RunFolderError, match="u: a chunk unpacks to more bytes than it claims"),
    ):
        file.array("u")


def test_a_chunk_that_is_no_stream_is_refused(tmp_path: Path) -> None:
    packed(tmp_path / "a.h5", b"no stream at all")
    with (
        opened_hdf5(tmp_path / "a.h5") as file,
        pytest.raises(RunFolderError, match="u: a chunk cannot be unpacked"),
    ):
        file.array("u")


def test_what_is_packed_after_deflate_is_refused(tmp_path: Path) -> None:
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((100,))
    plist.set_deflate(9)
    plist.set_shuffle()
    with h5py.File(tmp_path / "a.h5", "w") as file:
        space = h5py.h5s.create_simple((100,))
        h5py.h5d.create(file.id, b"u", h5py.h5t.IEEE_F64LE, space, plist)
    with (
        opened_hdf5(tmp_path / "a.h5") as file,
        pytest.raises(RunFolderError, match="u is packed by filters in an order that no program"),
    ):
        file.array("u")


def linked(file: h5py.File) -> None:
    file["v"] = h5py.ExternalLink("other.h5", "/u")


def linked_below(file: h5py.File) -> None:
    file.create_group("a/b")["v"] = h5py.ExternalLink("other.h5", "/u")


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((3,), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "u", (3,))
    file.create_virtual_dataset("v", layout)


def stored_outside(file: h5py.File) -> None:
    file.create_dataset("v", (3,), "u1", external=[("secret", 0, h5py.h5f.UNLIMITED)])


@pytest.mark.parametrize(
    ("forge", "told"),
    [
        (linked, "v is a link out of the file, and none is followed"),
        (linked_below, "a/b/v is a link out of the file, and none is followed"),
        (virtual, "v takes its numbers from other files"),
        (stored_outside, "v takes its numbers from other files"),
    ],
)
@pytest.mark.parametrize("block", [0, 512, 2048])
@pytest.mark.parametrize("read", [read_compared, lambda path: netcdf_columns(path, ["v"])])
def test_a_file_of_values_that_leads_to_another_is_refused(
    forge: Callable[[h5py.File], None],
    told: str,
    read: Callable[[Path], object],
    block: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_bytes(b"abc")
    for name in ("other.h5", "a.nc"):
        with h5py.File(name, "w", userblock_size=block) as file:
            file["u"] = np.arange(3.0)
            if name == "a.nc":
                forge(file)
    with pytest.raises(RunFolderError, match=f"a.nc: {told}"):
        read(Path("a.nc"))


def test_links_that_stay_in_the_file_are_no_harm(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.nc", "w") as file:
        file["u"] = np.arange(3.0)
        file["soft"] = h5py.SoftLink("/u")
        file.create_group("group")["above"] = file["/"]
    refuse_links_out(tmp_path / "a.nc")


def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.nc", "w") as file:
        file["u"] = np.arange(300.0)
    content = (tmp_path / "a.nc").read_bytes()
    (tmp_path / "a.nc").write_bytes(content[:600])
    with pytest.raises(RunFolderError, match=r"cannot read .*a\.nc: "):
        refuse_links_out(tmp_path / "a.nc")
