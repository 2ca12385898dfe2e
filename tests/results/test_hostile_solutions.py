"""Solutions that were damaged or forged are refused in one line, and nothing outside is read."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from small_fields import small_field

from pinn_metakan.errors import RunFolderError
from pinn_metakan.results.hdf5 import read_solution, write_solution
from pinn_metakan.untrusted import hdf5_heaps
from pinn_metakan.untrusted.checksum import sealed
from pinn_metakan.untrusted.hdf5_heaps import refuse_endless_heaps

Forgery = Callable[[h5py.File], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A solution on 5 x 4 points."""
    write_solution(tmp_path / "solution.h5", small_field(5, 4))
    return tmp_path / "solution.h5"


def replaced(name: str, make: Callable[[h5py.File, str], object]) -> Forgery:
    def forge(file: h5py.File) -> None:
        del file[name]
        make(file, name)

    return forge


def stored(name: str, data: object) -> Forgery:
    return replaced(name, lambda file, n: file.create_dataset(n, data=data))


def claims(*shape: int, chunks: object = None) -> Forgery:
    return replaced(
        "history/loss", lambda file, n: file.create_dataset(n, shape, "f8", chunks=chunks)
    )


def virtual(file: h5py.File, name: str) -> None:
    layout = h5py.VirtualLayout((4, 5), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "u", (4, 5))
    file.create_virtual_dataset(name, layout)


def external(file: h5py.File, name: str) -> None:
    file.create_dataset(name, (4, 5), "u1", external=[("secret", 0, h5py.h5f.UNLIMITED)])


def packed_twice(file: h5py.File, name: str) -> None:
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4, 5))
    for _ in range(2):
        plist.set_deflate(9)
    space = h5py.h5s.create_simple((4, 5))
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.IEEE_F64LE, space, plist)


def filtered(file: h5py.File, name: str) -> None:
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4, 5))
    plist.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)
    space = h5py.h5s.create_simple((4, 5))
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.IEEE_F64LE, space, plist)


def told(name: str, value: object) -> Forgery:
    return lambda file: file.attrs.__setitem__(name, value)


FORGERIES: dict[str, tuple[Forgery, str]] = {
    "an external link": (
        replaced("u_reference", lambda f, n: f.__setitem__(n, h5py.ExternalLink("other.h5", "/u"))),
        "u_reference is a link, and none is followed",
    ),
    "a soft link": (
        replaced("u_reference", lambda f, n: f.__setitem__(n, h5py.SoftLink("/u"))),
        "u_reference is a link, and none is followed",
    ),
    "a virtual dataset": (replaced("u_reference", virtual), "takes its numbers from other files"),
    "external storage": (replaced("u_reference", external), "takes its numbers from other files"),
    "packed twice": (replaced("residual_heat", packed_twice), "packed twice by the same filter"),
    "a filter of its own": (replaced("residual_heat", filtered), "packed by a filter that is not"),
    "298 GiB": (claims(200_000, 200_000), "loss claims 320000000000 bytes, and 0 are"),
    "298 GiB in chunks": (
        claims(200_000, 200_000, chunks=(100, 100)),
        "claims .* more than",
    ),
    "a chunk of 3 GB": (claims(20_000, 20_000, chunks=(20_000, 20_000)), "claims .* more than"),
    "a group": (replaced("u", lambda file, n: file.create_group(n)), "u is no dataset"),
    "a kind": (replaced("u", lambda file, n: file.__setitem__(n, np.dtype("f8"))), "is no dataset"),
    "text": (stored("u", "text"), "u holds no numbers"),
    "complex numbers": (stored("u", np.zeros((4, 5), complex)), "u holds no numbers"),
    "references": (
        replaced("u", lambda file, n: file.create_dataset(n, (3,), h5py.ref_dtype)),
        "u holds no numbers",
    ),
    "another shape": (stored("residual_heat", np.zeros(3)), "a dimension has no scale"),
    "an axis that falls": (
        lambda f: f["x"].write_direct(np.zeros(5)),
        "axis x must be numbers",
    ),
    "a history of two lengths": (stored("history/loss", np.zeros(3)), "column loss .* shape .3,."),
    "no history": (lambda file: file.__delitem__("history/loss"), "history has no column loss"),
    "no unknown": (lambda file: file.__delitem__("u"), "there is no u"),
    "no name": (told("unknowns", ""), "tuple index out of range|has no unknown"),
    "a name with a way": (told("unknowns", "../u"), r"there is no \.\./u"),
    "a number for text": (told("problem", 3), "attributes.problem: expected text, got 3"),
    "text for a number": (told("n_parameters", "x"), "n_parameters: expected a whole number"),
    "NaN for seconds": (told("seconds", np.nan), "seconds: expected a finite number, got nan"),
    "deep settings": (told("settings", "[" * 5000 + "]" * 5000), "settings is nested too deep"),
    "a list for a table": (told("settings", "[1]"), "settings: expected a table, got a list of 1"),
    "a stage without a name": (
        told("stage_begins", json.dumps([{"leg": 1, "slab": 1, "step": 0, "seconds": 0.0}])),
        "there is no 'stage'",
    ),
    "estimates that are none": (told("estimates", '{"numbers": 3}'), "expected|there is no"),
}


@pytest.mark.parametrize("what", FORGERIES)
@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_a_forged_solution_is_refused(what: str, path: Path) -> None:
    forge, message = FORGERIES[what]
    write_solution(path.with_name("other.h5"), small_field(5, 4))
    path.with_name("secret").write_bytes(bytes(range(20)))
    with h5py.File(path, "r+") as file:
        del file.attrs["checksums"]
        forge(file)
    for content in (path.read_bytes(), sealed(path.read_bytes())):
        path.write_bytes(content)
        with pytest.raises(RunFolderError, match=message):
            read_solution(path)


def test_every_byte_region_that_is_damaged_is_refused_before_hdf5_reads_it(path: Path) -> None:
    content = path.read_bytes()
    for place in range(0, len(content) - 90, len(content) // 40):
        damaged = bytearray(content)
        damaged[place] ^= 4
        path.write_bytes(damaged)
        with pytest.raises(RunFolderError, match="damaged: its bytes are not those"):
            read_solution(path)
    path.write_bytes(content[:-80] + b"!" + content[-79:])  # within the seal
    with pytest.raises(RunFolderError, match="behind its end there is something that is no"):
        read_solution(path)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(RunFolderError, match="is no HDF5 file that can be read"):
        read_solution(path)


def test_numbers_that_another_program_has_changed_are_refused_until_it_is_meant(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["u"][0, 0] = 7.0
        file.attrs["note"] = "mine"
    with pytest.raises(RunFolderError, match=r"u has other numbers than its checksum.*delete"):
        read_solution(path)
    with h5py.File(path, "r+") as file:
        del file.attrs["checksums"]
    field = read_solution(path)
    assert field.grid.values["u"].flat[0] == 7.0
    assert field.attributes["note"] == "mine"


def test_one_dataset_under_many_names_is_read_within_bounds(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file.attrs["checksums"]
        for number in range(50):
            file[f"residual_{number}"] = file["residual_heat"]
    assert len(read_solution(path).grid.residuals) == 51


@pytest.mark.parametrize("size", [0, 2**64 - 16, 2**64 - 1, 4096])
def test_a_heap_of_texts_that_hdf5_would_walk_for_ever_is_refused(path: Path, size: int) -> None:
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL\x01")
    first = int.from_bytes(content[heap + 24 : heap + 32], "little")
    second = heap + 32 + -(-first // 8) * 8
    content[second : second + 2] = bytes(2) if size == 0 else content[second : second + 2]
    content[second + 8 : second + 16] = size.to_bytes(8, "little")
    path.write_bytes(sealed(bytes(content)))
    with pytest.raises(RunFolderError, match=r"solution\.h5 is damaged: a text in it has no end"):
        read_solution(path)


def test_heaps_in_each_other_are_refused_before_they_are_walked_for_long(tmp_path: Path) -> None:
    heap = b"GCOL\x01\0\0\0" + (16 * 4096).to_bytes(8, "little")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.attrs["text"] = "some"
    content = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "a.h5").write_bytes(content + (heap + b"\1" + bytes(15)) * 3000)
    began = time.process_time()
    with (tmp_path / "a.h5").open("rb") as plain, pytest.raises(RunFolderError, match="has no end"):
        refuse_endless_heaps(plain, tmp_path / "a.h5")
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("block", [0, 512, 4096])
def test_heaps_behind_a_block_of_the_user_and_across_parts_are_found(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", userblock_size=block) as file:
        file.attrs["text"] = "some"
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL\x01")
    with path.open("rb") as plain:
        refuse_endless_heaps(plain, path)
    content[heap + 24 : heap + 32] = (2**64 - 16).to_bytes(8, "little")
    path.write_bytes(content)
    for at_once in (heap + 1, heap + 4, 16, 10**6):
        monkeypatch.setattr(hdf5_heaps, "_AT_ONCE", at_once)
        with path.open("rb") as plain, pytest.raises(RunFolderError, match="has no end"):
            refuse_endless_heaps(plain, path)


def test_texts_that_look_like_the_beginning_of_a_heap_are_read(tmp_path: Path) -> None:
    field = small_field(5, 4)
    attributes = dict(field.attributes) | {"problem_source": "GCOL" * 1000, "network": "GCOL"}
    write_solution(tmp_path / "a.h5", replace(field, attributes=attributes))
    assert read_solution(tmp_path / "a.h5").attributes["network"] == "GCOL"
