"""A convolutional classifier: KAN convolutions, batch norm, pooling, a linear head."""

import copy
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional
from torch.nn.utils import skip_init

from pinn_metakan.families.table import AnyFamily, family_maker
from pinn_metakan.networks.coefficients.clustering import meta_learner_labels
from pinn_metakan.networks.coefficients.sharing import SharedMetaLearners
from pinn_metakan.networks.convolution.layer import KANConv2d
from pinn_metakan.networks.convolution.table import (
    AnyMetaLearner,
    conv_settings,
    kan_conv2d,
    meta_learner_of,
)
from pinn_metakan.settings.networks import MetaKANSettings, SharedMetaKANSettings

#: Every kernel is square and of this size; its inputs are padded so that images keep theirs.
_KERNEL = 3


class ConvClassifier(nn.Module):
    """Scores of classes from images.

    Each convolution is followed by batch norm, and all but the last by 2 x 2 max pooling as long as
    there are two pixels to pool. The mean over the image goes through a linear layer.

    Args:
        convolutions: First to last; each takes the output channels of the one before.
        channels: Channels of the images, then the outputs of each convolution.
        head: From the last channels to the classes.
    """

    def __init__(self, convolutions: Sequence[KANConv2d], channels: Sequence[int], head: nn.Linear):
        super().__init__()
        self._convolutions = list(convolutions)
        self.convolutions = nn.ModuleList(self._convolutions)
        norms = [nn.BatchNorm2d(count, dtype=torch.float64) for count in channels[1:]]
        self.norms = nn.ModuleList(norms)
        self.channels = tuple(channels)
        self.head = head

    def forward(self, images: Tensor) -> Tensor:
        """Compute scores: (N, c, height, width) -> (N, classes)."""
        x = images
        for number, (convolution, norm) in enumerate(
            zip(self.convolutions, self.norms, strict=True), start=1
        ):
            x = norm(convolution(x))
            if number < len(self.convolutions) and min(x.shape[2:]) > 1:
                x = functional.max_pool2d(x, 2)
        return self.head(x.mean(dim=(2, 3)))

    def prompts(self) -> list[nn.Parameter]:
        """The prompts of all convolutions; empty unless their coefficients are generated."""
        return [p for layer in self._convolutions for p in layer.coefficients.prompt_parameters()]

    def baked(self) -> "ConvClassifier":
        """A classifier with the same scores that stores all coefficients."""
        result = ConvClassifier(
            [layer.baked() for layer in self._convolutions],
            self.channels,
            copy.deepcopy(self.head),
        )
        result.norms = copy.deepcopy(self.norms)
        return result.train(self.training)


def conv_classifier(
    name: str,
    channels: Sequence[int],
    classes: int,
    generator: Generator,
    meta_learners: int | Sequence[int] = 0,
    changes: Mapping[str, object] | None = None,
) -> ConvClassifier:
    """Make a convolutional classifier of 3 x 3 kernels.

    Args:
        name: A key of `CONVOLUTIONS`.
        channels: Channels of the images, then the outputs of each convolution.
        classes: How many scores.
        generator: CPU generator of the random start.
        meta_learners: For a Meta form, 0 for one per convolution; C for as many, shared by
            convolutions of similar numbers of outputs (K-means); or a label for each.
        changes: Settings of the edges other than those of the name, such as
            ``{"prompt_dimension": 1}``.

    Returns:
        The classifier, float64 on the CPU.

    Raises:
        LookupError: If there is no such convolution.
        ValueError: If a setting cannot be, or `meta_learners` cannot or is given for coefficients
            that are stored.
    """
    settings = conv_settings(name, changes)
    family = family_maker(settings.family, settings.options)()
    learners = None
    if isinstance(settings, MetaKANSettings | SharedMetaKANSettings):
        labels = meta_learner_labels(channels[1:], meta_learners)
        edges = [count * _KERNEL**2 for count in channels[:-1]]

        def make(family: AnyFamily, inputs: int) -> AnyMetaLearner:
            learner = meta_learner_of(settings, family, inputs, generator)
            assert learner is not None  # settings are those of a Meta form
            return learner

        learners = SharedMetaLearners(labels, edges, make)
    elif meta_learners != 0:
        raise ValueError(
            f"{name} stores its coefficients and takes no meta_learners, got {meta_learners}; "
            f"leave them out, or choose meta{name}"
        )
    convolutions = [
        kan_conv2d(
            name,
            inputs,
            outputs,
            (_KERNEL, _KERNEL),
            generator,
            padding=(_KERNEL // 2, _KERNEL // 2),
            meta_learner=None if learners is None else learners.of_layer(number, family),
            changes=changes,
        )
        for number, (inputs, outputs) in enumerate(pairwise(channels))
    ]
    head = skip_init(nn.Linear, channels[-1], classes, dtype=torch.float64)
    with torch.no_grad():
        size = 1 / math.sqrt(channels[-1])
        head.weight.copy_(size * torch.randn(head.weight.shape, generator=generator))
        head.bias.zero_()
    return ConvClassifier(convolutions, channels, head)
