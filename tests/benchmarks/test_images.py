"""Image folders, classifiers of every name, and the table of them."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator, Tensor, nn

from pinn_metakan.benchmarks import images
from pinn_metakan.benchmarks.classification import (
    accuracy,
    steps_of_epoch,
    train_classifier,
)
from pinn_metakan.benchmarks.image_data import ImageData, LabeledImages, load_images
from pinn_metakan.benchmarks.images import DENSE, SHAPES, image_lines, make_classifier
from pinn_metakan.cli import main
from pinn_metakan.errors import SettingsError, TrainingError, UserError
from pinn_metakan.networks.convolution.classifier import conv_classifier
from pinn_metakan.networks.convolution.table import CONVOLUTIONS

CPU = torch.device("cpu")


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


def stripes(generator: Generator, count: int = 60, size: int = 6) -> ImageData:
    """Two classes that are easy to tell: horizontal and vertical stripes, with noise."""
    labels = torch.arange(count) % 2
    stripe = torch.arange(size) % 2 * 2.0 - 1
    across = stripe.expand(count, size, size)
    patterns = torch.where(labels[:, None, None] == 1, across, across.transpose(1, 2))
    noise = 0.1 * torch.randn(count, size, size, generator=generator)
    whole = LabeledImages((patterns + noise).clamp(-1, 1).unsqueeze(1), labels)
    return ImageData("stripes", whole.part(slice(40)), whole.part(slice(40, None)))


@pytest.mark.parametrize("name", [*CONVOLUTIONS, *DENSE])
def test_every_network_learns_stripes(
    name: str, generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHAPES, "small", (4, 4))
    data = stripes(generator)
    shape = "small" if name in CONVOLUTIONS else "dense"
    classifier, prompts = make_classifier(data, shape, name, generator)
    assert bool(prompts) == name.startswith("meta")
    classifier.float()
    told: list[str] = []
    train_classifier(classifier, prompts, data.train, 12, 8, 1e-2, generator, told.append)
    assert len(told) == 12
    assert accuracy(classifier, data.test) == 1.0


def test_a_loss_that_is_not_finite_is_named(generator: Generator) -> None:
    data = stripes(generator)
    classifier, prompts = make_classifier(data, "dense", "mlp", generator)
    broken = LabeledImages(data.train.images.double() * float("nan"), data.train.labels)
    with pytest.raises(TrainingError, match="the loss is nan in epoch 1; try a lower"):
        train_classifier(classifier, prompts, broken, 1, 8, 1e-3, generator, print)


class Counting(nn.Module):
    """Scores of two classes, which notes how many images it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2))
        self.seen: list[int] = []

    def forward(self, images: Tensor) -> Tensor:
        self.seen.append(len(images))
        return images.mean(dim=(1, 2, 3)).unsqueeze(1) * self.weight


@pytest.mark.parametrize(
    ("count", "size", "steps"),
    [(9, 4, [4, 5]), (10, 4, [4, 4, 2]), (8, 4, [4, 4]), (1, 4, [1]), (3, 1, [1, 1, 1])],
)
def test_a_last_image_is_not_alone(
    count: int, size: int, steps: list[int], generator: Generator
) -> None:
    data = LabeledImages(torch.rand(count, 1, 2, 2, generator=generator), torch.arange(count) % 2)
    classifier = Counting()
    train_classifier(classifier, [], data, 2, size, 1e-3, generator, str)
    assert classifier.seen == 2 * steps
    assert steps_of_epoch(count, size) == len(steps)


def test_images_of_one_pixel_are_trained_on_whatever_their_number(generator: Generator) -> None:
    pixels = torch.rand(9, 1, 1, 1, generator=generator)
    data = LabeledImages(pixels, torch.arange(9) % 2)
    classifier = conv_classifier("fastkanconv", [1, 2], 2, generator)
    train_classifier(classifier.float(), [], data, 1, 4, 1e-3, generator, str)


@pytest.mark.parametrize(("meta_learners", "count"), [(0, 3), (2, 2), (1, 1), ([0, 1, 0], 2)])
def test_convolutions_share_meta_learners(
    meta_learners: int | list[int], count: int, generator: Generator
) -> None:
    channels = [1, 2, 3, 9]
    classifier = conv_classifier("metakanconv", channels, 2, generator, meta_learners)
    found = sum(p.numel() for p in classifier.parameters())
    h, size, edges = 32, 9, 9 * (1 * 2 + 2 * 3 + 3 * 9)
    norms_and_head = 2 * (2 + 3 + 9) + 9 * 2 + 2
    assert found == edges + count * (2 * h + h * size + size) + norms_and_head


@pytest.mark.parametrize("name", ["metakanconv", "metafastkanconv"])
def test_digits_are_told_apart(name: str, generator: Generator) -> None:
    data = load_images(None)
    classifier, prompts = make_classifier(data, "small", name, generator)
    train_classifier(classifier.float(), prompts, data.train, 12, 64, 2e-3, generator, str)
    assert accuracy(classifier, data.test) >= 0.97


def test_results_are_kept_and_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generator: Generator
) -> None:
    data, other = stripes(generator), stripes(generator)
    assert data.digest != other.digest  # of the same name and size
    monkeypatch.setattr(images, "load_images", lambda folder: data)
    arguments = (None, tmp_path, ["dense"], ["mlp", "metafastkan"], 2, 2, CPU, str)
    rows = list(image_lines(*arguments))
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| mlp", "| metafastkan"]
    monkeypatch.setattr(images, "train_classifier", None)
    assert list(image_lines(*arguments)) == rows


def test_what_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError, match="no shape 'large' here; there are dense"):
        list(image_lines(None, tmp_path, ["large"], [], 1, 1, CPU, str))
    with pytest.raises(SystemExit) as stop:
        main(["bench", "images", f"--out={tmp_path}", "--network=vit"])
    assert stop.value.code == 2
    assert "no network 'vit' here; there are kanconv" in capsys.readouterr().err
