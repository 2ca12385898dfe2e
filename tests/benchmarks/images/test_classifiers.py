"""Classifiers of every name: their parameters, and what they learn."""

import pytest
from small_images import stripes
from torch import Generator

from pinn_metakan.benchmarks.images.classification import accuracy, train_classifier
from pinn_metakan.benchmarks.images.classifiers import DENSE, SHAPES, make_classifier
from pinn_metakan.benchmarks.images.data import load_images
from pinn_metakan.networks.convolution.classifier import conv_classifier
from pinn_metakan.networks.convolution.table import CONVOLUTIONS


@pytest.mark.parametrize("name", [*CONVOLUTIONS, *DENSE])
def test_every_network_learns_stripes(
    name: str, generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHAPES, "small", (4, 4))
    data = stripes(generator)
    shape = "small" if name in CONVOLUTIONS else "dense"
    classifier, prompts = make_classifier(data, shape, name, generator)
    is_generated = name.startswith("meta") and name != "metakan"  # whose prompts are as weights
    assert bool(prompts) == is_generated
    classifier.float()
    told: list[str] = []
    train_classifier(classifier, prompts, data.train, 12, 8, 1e-2, generator, told.append)
    assert len(told) == 12
    assert accuracy(classifier, data.test) == 1.0


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
