"""Training a classifier: batches, and losses that are not finite."""

import pytest
import torch
from small_images import stripes
from torch import Generator, Tensor, nn

from pinn_metakan.benchmarks.images.classification import steps_of_epoch, train_classifier
from pinn_metakan.benchmarks.images.classifiers import make_classifier
from pinn_metakan.benchmarks.images.data import LabeledImages
from pinn_metakan.errors import TrainingError
from pinn_metakan.networks.convolution.classifier import conv_classifier


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
