"""Small sets of labeled images: IDX files, CIFAR's binary files, scikit-learn's digits."""

import gzip
import hashlib
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from pinn_metakan.errors import UserError

Bytes = NDArray[np.uint8]

#: Part of the images that train where a set comes without images to test.
_TRAIN_SHARE = 0.8
#: Seed of the order in which the digits are split.
_DIGITS_SEED = 0
#: What an IDX file of bytes begins with.
_IDX_START = b"\x00\x00\x08"
#: Bytes of an image of CIFAR: 3 colors of 32 x 32 pixels; labels stand before it.
_CIFAR_IMAGE = (3, 32, 32)


@dataclass(frozen=True)
class LabeledImages:
    """Images and what they show.

    Args:
        images: Shape (N, c, height, width), float32 in [-1, 1].
        labels: Shape (N,), whole numbers from 0.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, index: Tensor | slice) -> "LabeledImages":
        """Select some of them."""
        return LabeledImages(self.images[index], self.labels[index])

    def to(self, device: torch.device) -> "LabeledImages":
        """Move them to a device."""
        return LabeledImages(self.images.to(device), self.labels.to(device))


@dataclass(frozen=True)
class ImageData:
    """A set of labeled images to train on, and one to test on.

    Args:
        name: What to call it.
        train: To train on.
        test: To test on.
    """

    name: str
    train: LabeledImages
    test: LabeledImages

    @cached_property
    def digest(self) -> str:
        """SHA-256 of pixels and labels: folders of one name may hold different images."""
        found = hashlib.sha256()
        for part in (self.train, self.test):
            found.update(part.images.contiguous().numpy().tobytes())
            found.update(part.labels.contiguous().numpy().tobytes())
        return found.hexdigest()

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(max(self.train.labels.max(), self.test.labels.max())) + 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        c, h, w = self.train.images.shape[1:]
        return c, h, w


def load_images(folder: Path | None) -> ImageData:
    """Read a folder of images.

    A folder in the format of MNIST holds ``*images*ubyte`` and ``*labels*ubyte`` files, gzipped or
    not; those whose names begin with ``train`` train, the others test. With one pair of files its
    first 80 % train and the rest test. A folder in the format of CIFAR holds the binary version,
    ``data_batch_*.bin`` or ``train.bin`` and ``test_batch.bin`` or ``test.bin``.

    Args:
        folder: The folder; None for the 1,797 digits of scikit-learn, of 8 x 8 pixels, in an order
            drawn once.

    Returns:
        The images.

    Raises:
        UserError: If there are none, or a file is not what its name says.
    """
    if folder is None:
        return _digits()
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder of images")
    images = sorted(folder.glob("*images*ubyte*"))
    batches = sorted(folder.glob("*.bin"))
    if images:
        return _idx_folder(folder, images)
    if batches:
        return _cifar_folder(folder, batches)
    hint = (
        "; CIFAR's pickled files are not read, take its binary version"
        if list(folder.glob("data_batch_*"))
        else ""
    )
    raise UserError(f"{folder} holds neither *images*ubyte files nor CIFAR's *.bin files{hint}")


def _digits() -> ImageData:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise UserError(
            "the digits come with scikit-learn: pip install 'pinn_metakan[images]', "
            "or name a folder of images"
        ) from error
    found = load_digits()
    images = torch.from_numpy(found.images / 8 - 1).float().unsqueeze(1)  # 0 to 16
    order = torch.randperm(len(images), generator=Generator().manual_seed(_DIGITS_SEED))
    return _split("digits", LabeledImages(images, torch.from_numpy(found.target)).part(order))


def _idx_folder(folder: Path, images: Sequence[Path]) -> ImageData:
    parts: dict[bool, LabeledImages] = {}
    for path in images:
        is_train = path.name.startswith("train")
        if is_train in parts:
            raise UserError(f"{folder} holds several sets of images; keep one pair of files a set")
        labels = folder / path.name.replace("images", "labels").replace("idx3", "idx1")
        pixels, numbers = _idx(path, 3), _idx(labels, 1)
        if len(pixels) != len(numbers):
            raise UserError(f"{path} has {len(pixels)} images, but {labels} {len(numbers)} labels")
        parts[is_train] = _labeled(pixels[:, None], numbers)
    if len(parts) == 1:
        return _split(folder.name, parts.popitem()[1])
    return ImageData(folder.name, parts[True], parts[False])


def _idx(path: Path, dimensions: int) -> Bytes:
    """Read an IDX file: what it is, its sizes, then its bytes."""
    content = _content(path)
    begin = 4 + 4 * dimensions
    if content[:4] != _IDX_START + bytes([dimensions]) or len(content) < begin:
        raise UserError(f"{path} is not an IDX file of bytes in {dimensions} dimensions")
    sizes = [int(n) for n in np.frombuffer(content, ">u4", dimensions, 4)]
    if len(content) - begin != math.prod(sizes) or 0 in sizes:
        raise UserError(
            f"{path} should hold {' x '.join(map(str, sizes))} bytes, it has {len(content) - begin}"
        )
    return np.frombuffer(content, np.uint8, offset=begin).reshape(sizes)


def _content(path: Path) -> bytes:
    """Read a file, gzipped or not."""
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"cannot read {path}: {error}") from error


def _cifar_folder(folder: Path, batches: Sequence[Path]) -> ImageData:
    parts: dict[bool, list[LabeledImages]] = {True: [], False: []}
    for path in batches:
        size = math.prod(_CIFAR_IMAGE)
        content = np.frombuffer(_content(path), np.uint8)
        labels = next((k for k in (1, 2) if len(content) and len(content) % (size + k) == 0), 0)
        if not labels:  # CIFAR-100 has two, the second of which is the fine one
            raise UserError(f"{path} is no file of CIFAR: it has {len(content)} bytes")
        rows = content.reshape(-1, size + labels)
        pixels = rows[:, labels:].reshape(-1, *_CIFAR_IMAGE)
        parts[not path.name.startswith("test")].append(_labeled(pixels, rows[:, labels - 1]))
    joined = {
        is_train: LabeledImages(
            torch.cat([p.images for p in some]), torch.cat([p.labels for p in some])
        )
        for is_train, some in parts.items()
        if some
    }
    if len(joined) == 1:
        return _split(folder.name, joined.popitem()[1])
    return ImageData(folder.name, joined[True], joined[False])


def _labeled(pixels: Bytes, labels: Bytes) -> LabeledImages:
    images = torch.from_numpy(pixels.astype(np.float32) / 127.5 - 1)
    return LabeledImages(images, torch.from_numpy(labels.astype(np.int64)))


def _split(name: str, whole: LabeledImages) -> ImageData:
    count = round(_TRAIN_SHARE * len(whole))
    if not 0 < count < len(whole):
        raise UserError(f"{name}: {len(whole)} images are too few to train and to test")
    return ImageData(name, whole.part(slice(count)), whole.part(slice(count, None)))
