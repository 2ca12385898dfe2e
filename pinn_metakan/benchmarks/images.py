"""KANs and MetaKANs that classify images, fully connected and convolutional."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Generator, nn

from pinn_metakan.benchmarks.classification import accuracy, steps_of_epoch, train_classifier
from pinn_metakan.benchmarks.image_data import ImageData, load_images
from pinn_metakan.benchmarks.kept import KeptResults
from pinn_metakan.benchmarks.measuring import MIB
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.benchmarks.peak_memory import peak_bytes
from pinn_metakan.errors import TrainingError
from pinn_metakan.networks.convolution.classifier import conv_classifier
from pinn_metakan.networks.convolution.table import CONVOLUTIONS
from pinn_metakan.networks.table import build_network
from pinn_metakan.settings.networks import NETWORK_SETTINGS

#: Name of the shape -> outputs of the convolutions; none for a fully connected network. The last is
#: that of the MetaKAN paper.
SHAPES: dict[str, tuple[int, ...]] = {
    "dense": (),
    "small": (8, 16, 32),
    "paper": (32, 64, 128, 256),
}
#: Hidden width of fully connected networks.
_HIDDEN = [32]
_BATCH = 64
#: Rates of Adam, for plain networks and Meta forms alike. Fully connected Meta forms of 784 inputs
#: fall to chance at 1e-3, since one step of a meta-learner moves all edges alike. Small
#: convolutional networks of both kinds end higher at 3e-3 than at 1e-3.
_LEARNING_RATES = {"dense": 5e-4, "small": 3e-3, "paper": 1e-3}
#: Meta forms have scalar prompts, as in the paper, and our sine; its fully connected networks have
#: meta-learners of 16 hidden units.
_META: dict[str, object] = {
    "prompt_dimension": 1,
    "hidden_function": "sine",
    "frequency": 5.0,
    "bounded": True,
}
_META_WIDTH = {"dense": 16, "small": 32, "paper": 32}
#: Seed of the order of the images is this much above that of the network.
_ORDER_SEED = 1000

#: Fully connected networks: those that have a convolution, and an MLP.
DENSE = ("mlp", *CONVOLUTIONS.values())


def image_lines(
    folder: Path | None,
    out: Path,
    shapes: Sequence[str],
    networks: Sequence[str],
    epochs: int,
    seeds: int,
    device: torch.device,
    progress: Callable[[str], None],
) -> Iterator[str]:
    """Train each network on images, and compare accuracy, parameters, time and memory.

    Args:
        folder: Images in the format of MNIST or CIFAR; None for scikit-learn's digits.
        out: Keeps each result in ``images.jsonl``; what is there is not made again.
        shapes: Keys of `SHAPES`.
        networks: Names of convolutions or fully connected networks; all if empty.
        epochs: Passes over the images.
        seeds: How many seeds, from 0.
        device: Where to compute, float32.
        progress: Told each epoch.

    Yields:
        Rows of tables in Markdown: medians over the seeds; "diverged" where a network did.

    Raises:
        SettingsError: If a shape or a network is not known.
        UserError: If there are no images, or the results cannot be written.
    """
    refuse_unknown("no shape {} here", shapes, SHAPES)
    refuse_unknown("no network {} here", networks, [*CONVOLUTIONS, *DENSE])
    data = load_images(folder)
    results = KeptResults(out / "images.jsonl")
    for shape in shapes:
        possible = CONVOLUTIONS if SHAPES[shape] else DENSE
        chosen = [name for name in possible if not networks or name in networks]
        if not chosen:
            continue
        yield (
            f"| {data.name}, {_shape(shape, data)}, {epochs} epochs | parameters "
            "| test accuracy | train accuracy | training | a step | memory of a step |"
        )
        yield "|---|---|---|---|---|---|---|"
        for name in chosen:
            found = []
            for seed in range(seeds):
                case = [
                    *(data.name, len(data.train), shape, name, epochs),
                    *(_LEARNING_RATES[shape], seed, device.type, data.digest),
                ]

                def find(name: str = name, shape: str = shape, seed: int = seed) -> dict[str, Any]:
                    label = f"{data.name}, {shape}, {name}, seed {seed}"
                    return _trained(
                        data, shape, name, epochs, seed, device, lambda t: progress(f"{label}: {t}")
                    )

                found.append(results.of(case, find))
            costs = ("n_parameters", "seconds", "step_seconds", "memory")
            middle = {key: median(f[key] for f in found) for key in costs}
            yield (
                f"| {name} | {middle['n_parameters']:.0f} | {_percent(found, 'test')} "
                f"| {_percent(found, 'train')} | {middle['seconds']:.1f} s "
                f"| {1e3 * middle['step_seconds']:.1f} ms | {middle['memory'] / MIB:.1f} MiB |"
            )


def _trained(
    data: ImageData,
    shape: str,
    name: str,
    epochs: int,
    seed: int,
    device: torch.device,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    train, test = data.train.to(device), data.test.to(device)

    def train_once(
        part_epochs: int, count: int, progress: Callable[[str], None]
    ) -> tuple[nn.Module, float, int, bool]:
        """Train; give the classifier, the seconds, the epochs taken and whether it diverged."""
        taken = 0

        def after_epoch(text: str) -> None:
            nonlocal taken
            taken += 1
            progress(text)

        classifier, prompts = make_classifier(data, shape, name, Generator().manual_seed(seed))
        classifier.to(device, torch.float32)
        order = Generator().manual_seed(_ORDER_SEED + seed)
        begin = time.perf_counter()
        some, rate = train.part(slice(count)), _LEARNING_RATES[shape]
        try:
            train_classifier(
                classifier, prompts, some, part_epochs, _BATCH, rate, order, after_epoch
            )
        except TrainingError as error:  # it diverged, which is a result
            progress(str(error))
            return classifier, time.perf_counter() - begin, taken + 1, True
        return classifier, time.perf_counter() - begin, taken, False

    memory = peak_bytes(lambda: train_once(1, _BATCH, lambda text: None), device)
    classifier, seconds, taken, is_diverged = train_once(epochs, len(train), progress)
    return {
        "n_parameters": sum(p.numel() for p in classifier.parameters()),
        "test": math.nan if is_diverged else accuracy(classifier, test),
        "train": math.nan if is_diverged else accuracy(classifier, train),
        "seconds": seconds,
        "step_seconds": seconds / (taken * steps_of_epoch(len(train), _BATCH)),
        "memory": memory,
    }


def make_classifier(
    data: ImageData, shape: str, name: str, generator: Generator
) -> tuple[nn.Module, list[nn.Parameter]]:
    """Make a classifier.

    Args:
        data: What it is for.
        shape: A key of `SHAPES`.
        name: A key of `CONVOLUTIONS`, or one of `DENSE` for a fully connected network.
        generator: CPU generator of the random start.

    Returns:
        The classifier, float64 on the CPU, and its prompts.
    """
    channels, height, width = data.shape
    changes = {**_META, "hidden_width": _META_WIDTH[shape]} if name.startswith("meta") else {}
    if SHAPES[shape]:
        convolutional = conv_classifier(
            name, [channels, *SHAPES[shape]], data.classes, generator, changes=changes
        )
        return convolutional, convolutional.prompts()
    settings = NETWORK_SETTINGS[name].model_validate({"widths": _HIDDEN, **changes})
    network = build_network(channels * height * width, data.classes, settings, generator)
    return nn.Sequential(nn.Flatten(), network), network.prompts()


def _shape(shape: str, data: ImageData) -> str:
    channels, height, width = data.shape
    if SHAPES[shape]:
        return f"{', '.join(map(str, SHAPES[shape]))} channels"
    return f"[{channels * height * width},{_HIDDEN[0]},{data.classes}]"


def _percent(found: Sequence[dict[str, Any]], key: str) -> str:
    """Show the median and the range of an accuracy; a network that diverged is below all others."""
    values = sorted(-math.inf if math.isnan(f[key]) else 100 * f[key] for f in found)
    middle, lowest, highest = (
        f"{value:.2f}" if math.isfinite(value) else "diverged"
        for value in (median(values), values[0], values[-1])
    )
    unit = "" if middle == "diverged" else " %"
    return f"{middle}{unit}{f' ({lowest} to {highest})' if len(values) > 1 else ''}"
