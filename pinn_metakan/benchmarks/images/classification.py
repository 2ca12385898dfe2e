"""Training a classifier of images."""

from collections.abc import Sequence

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.images.data import LabeledImages
from pinn_metakan.errors import TrainingError
from pinn_metakan.optimizers.first_order import Adam
from pinn_metakan.optimizers.jacobian import Jacobian

#: Images that are scored at once.
_SCORED = 500
#: The prompts' rate over the others', as in the MetaKAN paper.
_PROMPT_FACTOR = 10.0
#: Where the schedule of the rate ends.
_FINAL_FACTOR = 0.01


class _BatchLoss:
    """The cross entropy of a batch, as a `Probe` of first-order methods."""

    def __init__(self, classifier: nn.Module, data: LabeledImages):
        self._classifier = classifier
        self.batch = data
        self.total = torch.zeros((), device=data.images.device)

    def gradient(self) -> Tensor:
        """Evaluate the loss and leave its gradient in the parameters."""
        self._classifier.zero_grad()
        loss = functional.cross_entropy(self._classifier(self.batch.images), self.batch.labels)
        loss.backward()
        self.total += loss.detach()
        return loss.detach()

    def residual(self) -> Tensor:
        """A cross entropy is no squared length."""
        raise TypeError("a classifier has no residual vector; train it by Adam")

    def linearize(self) -> tuple[Tensor, Tensor]:
        """A cross entropy is no squared length."""
        raise TypeError("a classifier has no residual vector; train it by Adam")

    def linearize_within(self, numbers: int) -> tuple[Tensor, Jacobian]:
        """A cross entropy is no squared length."""
        raise TypeError("a classifier has no residual vector; train it by Adam")

    def linearize_part(self, count: int, generator: Generator) -> tuple[Tensor, Jacobian]:
        """A cross entropy is no squared length."""
        raise TypeError("a classifier has no residual vector; train it by Adam")


def train_classifier(
    classifier: nn.Module,
    prompts: Sequence[nn.Parameter],
    data: LabeledImages,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    generator: Generator,
    progress: Progress,
) -> None:
    """Train by Adam on the cross entropy, with a cosine schedule.

    Args:
        classifier: Changed in place: (N, c, height, width) -> (N, classes).
        prompts: Those of its parameters that are prompts; they have ten times the rate.
        data: Images and labels.
        epochs: Passes over the images.
        batch_size: Images a step; a last image that would be alone joins the step before, since
            batch norm over one pixel of one image has no spread.
        learning_rate: Rate of all but the prompts.
        generator: CPU generator of the order of the images.
        progress: Told after each epoch.

    Raises:
        TrainingError: If the loss is no longer finite.
    """
    steps = epochs * steps_of_epoch(len(data), batch_size)
    optimizer = Adam(
        list(classifier.parameters()),
        prompts,
        steps,
        learning_rate,
        _PROMPT_FACTOR,
        "cosine",
        _FINAL_FACTOR,
    )
    classifier.train()
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(data), generator=generator).to(data.labels.device)
        loss = _BatchLoss(classifier, data)
        for index in _batches(order, batch_size):
            loss.batch = data.part(index)
            optimizer.step(loss)
        mean = float(loss.total) * epochs / steps
        if not mean < float("inf"):
            raise TrainingError(f"the loss is {mean} in epoch {epoch}; try a lower learning rate")
        progress(f"epoch {epoch}/{epochs}, loss {mean:.3f}")
    classifier.eval()


def steps_of_epoch(count: int, batch_size: int) -> int:
    """Count the steps of a pass over so many images; see `train_classifier`."""
    return len(_batches(torch.arange(count), batch_size))


def _batches(order: Tensor, size: int) -> list[Tensor]:
    """Split an order of images (N,) into steps; none but the only one has a single image."""
    batches = list(order.split(size))
    if size > 1 and len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


@torch.no_grad()
def accuracy(classifier: nn.Module, data: LabeledImages) -> float:
    """Part of the images, 0 to 1, whose label has the highest score."""
    right = 0
    for begin in range(0, len(data), _SCORED):
        some = data.part(slice(begin, begin + _SCORED))
        right += int((classifier(some.images).argmax(dim=1) == some.labels).sum())
    return right / len(data)
