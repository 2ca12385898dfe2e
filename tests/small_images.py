"""Images that are easy to tell apart, for tests of classifiers."""

import torch
from torch import Generator

from pinn_metakan.benchmarks.images.data import ImageData, LabeledImages


def stripes(generator: Generator, count: int = 60, size: int = 6) -> ImageData:
    """Two classes that are easy to tell: horizontal and vertical stripes, with noise."""
    labels = torch.arange(count) % 2
    stripe = torch.arange(size) % 2 * 2.0 - 1
    across = stripe.expand(count, size, size)
    patterns = torch.where(labels[:, None, None] == 1, across, across.transpose(1, 2))
    noise = 0.1 * torch.randn(count, size, size, generator=generator)
    whole = LabeledImages((patterns + noise).clamp(-1, 1).unsqueeze(1), labels)
    return ImageData("stripes", whole.part(slice(40)), whole.part(slice(40, None)))
