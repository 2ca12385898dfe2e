"""Solutions that somebody forged: links, claims, kinds and facts that no run writes."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import h5py
import numpy as np
from campaigns.odd_trees import odd_value, with_odd_value

Forgery = Callable[[h5py.File, Random, Path], None]


def _dataset(file: h5py.File, random: Random) -> tuple[h5py.Group, str]:
    """A dataset of the file, as group and name."""
    found: list[str] = []
    file.visititems(lambda name, item: found.append(name) if hasattr(item, "dtype") else None)
    path = random.choice(sorted(found))
    parent, _, name = path.rpartition("/")
    return (file[parent] if parent else file), name


def _replaced(file: h5py.File, random: Random, make: Callable[[h5py.Group, str], object]) -> None:
    group, name = _dataset(file, random)
    del group[name]
    make(group, name)


def soft_link(file: h5py.File, random: Random, outside: Path) -> None:
    """A name of another place in the file."""
    target = random.choice(["/u", "/nowhere", "/", "/history", "."])
    _replaced(file, random, lambda g, n: g.__setitem__(n, h5py.SoftLink(target)))


def external_link(file: h5py.File, random: Random, outside: Path) -> None:
    """A name of a dataset in another file."""
    other = str(random.choice([outside / "other.h5", outside / "pipe"]))
    _replaced(file, random, lambda g, n: g.__setitem__(n, h5py.ExternalLink(other, "/u")))


def external_storage(file: h5py.File, random: Random, outside: Path) -> None:
    """Numbers that lie in any file of the machine."""
    other = random.choice([str(outside / "numbers"), str(outside / "pipe"), "/etc/passwd"])

    def make(group: h5py.Group, name: str) -> None:
        shape = random.choice([(11, 11), (77,), (4,)])
        group.create_dataset(name, shape, "u1", external=[(other, 0, h5py.h5f.UNLIMITED)])

    _replaced(file, random, make)


def virtual(file: h5py.File, random: Random, outside: Path) -> None:
    """A dataset made of those of other files."""

    def make(group: h5py.Group, name: str) -> None:
        layout = h5py.VirtualLayout((11, 11), "f8")
        other = str(random.choice([outside / "other.h5", outside / "pipe"]))
        layout[:] = h5py.VirtualSource(other, "u", (11, 11))
        group.create_virtual_dataset(name, layout)

    _replaced(file, random, make)


def claim(file: h5py.File, random: Random, outside: Path) -> None:
    """A dataset that claims up to 298 GiB, and stores nothing."""
    shape = random.choice([(200_000, 200_000), (40_000_000_000,), (2**33,), (10**6, 10**6)])
    chunks = random.choice([None, True, tuple(min(n, 1000) for n in shape)])
    _replaced(file, random, lambda g, n: g.create_dataset(n, shape, "f8", chunks=chunks))


def bomb(file: h5py.File, random: Random, outside: Path) -> None:
    """Numbers that compression makes a thousand times smaller."""
    size = random.choice([10**5, 4 * 10**6])
    zeros = np.zeros(size)
    _replaced(file, random, lambda g, n: g.create_dataset(n, data=zeros, compression="gzip"))


def other_kind(file: h5py.File, random: Random, outside: Path) -> None:
    """A dataset of another kind or shape."""
    data: object = random.choice([
        "text", [b"a", b"b"], 3.5, True, np.zeros((2, 2, 2)), np.zeros(0), np.zeros((0, 7)),
        np.zeros(3, dtype=[("a", "f8"), ("b", "i4")]), np.array([1 + 2j]), np.arange(77),
        np.full((11, 11), np.nan), np.full((11, 11), np.inf), np.full((11, 11), 1e308),
        np.zeros((11, 11), np.float32), np.zeros((11, 11), np.int8), np.ones((11, 11), np.uint64),
        np.full((5, 3), 2**40), h5py.Empty("f8"),
    ])  # fmt: skip
    _replaced(file, random, lambda g, n: g.create_dataset(n, data=data))


def references(file: h5py.File, random: Random, outside: Path) -> None:
    """A dataset of references to objects."""

    def make(group: h5py.Group, name: str) -> None:
        made = group.create_dataset(name, (3,), h5py.ref_dtype)
        made[0] = file.ref

    _replaced(file, random, make)


def group_for_dataset(file: h5py.File, random: Random, outside: Path) -> None:
    """A group, or a named type, in the place of a dataset."""
    if random.randrange(2):
        _replaced(file, random, lambda g, n: g.create_group(n))
    else:
        _replaced(file, random, lambda g, n: g.__setitem__(n, np.dtype("f8")))


def missing(file: h5py.File, random: Random, outside: Path) -> None:
    """A dataset or a group less."""
    if random.randrange(2):
        _replaced(file, random, lambda g, n: None)
    else:
        del file[random.choice(["history", "activations"])]


def another(file: h5py.File, random: Random, outside: Path) -> None:
    """A dataset in the place of another one, or under a name that means something."""
    group, name = _dataset(file, random)
    new = random.choice([
        "slice", "mesh", "points", "point", "u_reference", "residual_", "residual_x",
        "history/loss", "activations/layer_x", "activations/layer_99", "mesh_cells",
    ])  # fmt: skip
    if new in file:
        del file[new]
    file[new] = group[name]


def circle(file: h5py.File, random: Random, outside: Path) -> None:
    """A group inside itself."""
    name = random.choice(["slice", "mesh", "history", "activations"])
    if name in file:
        del file[name]
    file[name] = file


def aliases(file: h5py.File, random: Random, outside: Path) -> None:
    """Many names of one dataset, each a term of the equations."""
    for number in range(random.choice([10, 200])):
        file[f"residual_{number}"] = file["u"]


def without_scales(file: h5py.File, random: Random, outside: Path) -> None:
    """Dimensions without a scale, or with another one."""
    group, name = _dataset(file, random)
    for key in ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME"):
        if key in group[name].attrs and random.randrange(2):
            del group[name].attrs[key]


def fact(file: h5py.File, random: Random, outside: Path) -> None:
    """An attribute of another kind."""
    if random.randrange(4) == 0:
        group, name = _dataset(file, random)
        attributes = group[name].attrs
    else:
        attributes = file.attrs
    known = sorted(set(attributes) - {"DIMENSION_LIST", "REFERENCE_LIST"})
    key = random.choice(known or ["units"])
    if random.randrange(4) == 0:
        attributes.pop(key, None)
        return
    value = odd_value(random)
    attributes[key] = random.choice([
        json.dumps(value), str(value), 3, -1, 2.5, float("nan"), "", "x", "u u u", [1.0, 2.0],
        np.bool_(True), 10**18, "a" * 100_000, "[" * 3000, "../../etc", "u/../u", "\x1b[2J",
        np.bytes_(b"\xff\xfe"), h5py.Empty("f8"),
    ])  # fmt: skip


def inner_fact(file: h5py.File, random: Random, outside: Path) -> None:
    """A value inside an attribute that is JSON."""
    names = [n for n, v in file.attrs.items() if isinstance(v, str) and v[:1] in ("{", "[")]
    name = random.choice(sorted(set(names) - {"problem_source", "checksums"}))
    file.attrs[name] = json.dumps(with_odd_value(json.loads(file.attrs[name]), random))


def user_filter(file: h5py.File, random: Random, outside: Path) -> None:
    """Numbers packed by a program that HDF5 would have to load."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((11, 11))
    plist.set_filter(random.choice([305, 32001, 32015]), h5py.h5z.FLAG_OPTIONAL, (1, 2))
    group, name = _dataset(file, random)
    del group[name]
    space = h5py.h5s.create_simple((11, 11))
    h5py.h5d.create(group.id, name.encode(), h5py.h5t.IEEE_F64LE, space, plist)


FORGERIES: tuple[Forgery, ...] = (
    *(soft_link, external_link, external_storage, virtual, claim, bomb, other_kind, other_kind),
    *(references, group_for_dataset, missing, another, circle, aliases, without_scales),
    *(fact, fact, fact, inner_fact, inner_fact, inner_fact, user_filter),
)
