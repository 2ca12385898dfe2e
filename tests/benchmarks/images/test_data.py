"""Folders of images: what is read, and what is refused."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from pinn_metakan.benchmarks.images.data import load_images
from pinn_metakan.errors import UserError


def write_idx(path: Path, values: np.ndarray) -> None:
    head = b"\x00\x00\x08" + bytes([values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    content = head + values.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def pixels(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape)).reshape(shape) % 256


def test_a_pair_of_idx_files_is_split(tmp_path: Path) -> None:
    write_idx(tmp_path / "t10k-images-idx3-ubyte.gz", pixels(10, 4, 5))
    write_idx(tmp_path / "t10k-labels-idx1-ubyte.gz", pixels(10) % 3)
    data = load_images(tmp_path)
    assert (len(data.train), len(data.test), data.shape, data.classes) == (8, 2, (1, 4, 5), 3)
    assert data.train.images[0, 0, 0, :2].tolist() == [-1.0, pytest.approx(1 / 127.5 - 1)]
    assert data.test.labels.tolist() == [2, 0]
    assert float(data.train.images.max()) <= 1.0


def test_files_that_train_and_test_are_kept_apart(tmp_path: Path) -> None:
    for start, count in (("train", 6), ("t10k", 3)):
        write_idx(tmp_path / f"{start}-images-idx3-ubyte", pixels(count, 2, 2))
        write_idx(tmp_path / f"{start}-labels-idx1-ubyte", pixels(count))
    data = load_images(tmp_path)
    assert (len(data.train), len(data.test)) == (6, 3)


@pytest.mark.parametrize("labels", [1, 2])
def test_cifar_is_read_with_its_last_label(tmp_path: Path, labels: int) -> None:
    for name, count in (("data_batch_1", 4), ("data_batch_2", 3), ("test_batch", 2)):
        rows = np.zeros((count, labels + 3072), np.uint8)
        rows[:, 0], rows[:, labels - 1] = 9, np.arange(count)
        rows[:, labels + 1024] = 255  # the first pixel's second color
        rows.tofile(tmp_path / f"{name}.bin")
    data = load_images(tmp_path)
    assert (len(data.train), len(data.test), data.shape) == (7, 2, (3, 32, 32))
    assert data.train.labels.tolist() == [0, 1, 2, 3, 0, 1, 2]
    assert data.train.images[0, :, 0, 0].tolist() == [-1.0, 1.0, -1.0]


def test_the_digits_are_those_of_scikit_learn() -> None:
    data = load_images(None)
    assert (len(data.train), len(data.test), data.shape, data.classes) == (1438, 359, (1, 8, 8), 10)
    assert float(data.train.images.max()) == 1.0


def test_files_that_are_not_what_their_names_say_are_refused(tmp_path: Path) -> None:
    images_path = tmp_path / "images-idx3-ubyte"
    labels_path = tmp_path / "labels-idx1-ubyte"
    with pytest.raises(UserError, match="holds neither"):
        load_images(tmp_path)
    (tmp_path / "data_batch_1").write_bytes(b"pickle")
    with pytest.raises(UserError, match="take its binary version"):
        load_images(tmp_path)
    with pytest.raises(UserError, match="no folder of images"):
        load_images(images_path)
    write_idx(images_path, pixels(10, 2, 2))
    with pytest.raises(UserError, match=r"cannot read .*labels-idx1-ubyte"):
        load_images(tmp_path)
    write_idx(labels_path, pixels(9))
    with pytest.raises(UserError, match=r"has 10 images, but .* 9 labels"):
        load_images(tmp_path)
    images_path.write_bytes(images_path.read_bytes()[:-1])
    with pytest.raises(UserError, match="should hold 10 x 2 x 2 bytes, it has 39"):
        load_images(tmp_path)
    images_path.write_bytes(b"P5 10 10 255")
    with pytest.raises(UserError, match="not an IDX file of bytes in 3 dimensions"):
        load_images(tmp_path)
    images_path.unlink()
    (tmp_path / "data_batch_1.bin").write_bytes(b"123")
    with pytest.raises(UserError, match="no file of CIFAR: it has 3 bytes"):
        load_images(tmp_path)


@pytest.mark.parametrize("name", ["train.bin", "train-images-idx3-ubyte"])
@pytest.mark.parametrize("kind", ["folder", "vanished", "forbidden"])
def test_files_that_cannot_be_read_are_refused(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    if kind == "folder":
        path.mkdir()
    elif kind == "vanished":
        path.symlink_to(tmp_path / "gone")
    else:
        path.write_bytes(bytes(3073))

        def denied(*arguments: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(np, "fromfile", denied)
        monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(UserError, match=f"cannot read .*{name}"):
        load_images(tmp_path)
