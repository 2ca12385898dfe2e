"""KANs and MetaKANs that classify images, fully connected and convolutional."""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Generator, nn

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.images.classification import accuracy, steps_of_epoch, train_classifier
from pinn_metakan.benchmarks.images.classifiers import DENSE, SHAPES, described, make_classifier
from pinn_metakan.benchmarks.images.data import ImageData, load_images
from pinn_metakan.benchmarks.measure.kept import KeptResults
from pinn_metakan.benchmarks.measure.tensor_memory import MIB, peak_bytes
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.errors import TrainingError
from pinn_metakan.networks.convolution.table import CONVOLUTIONS

#: Those that are compared unless others are asked for.
FEW_SHAPES = ("dense", "small")
_BATCH = 64
#: Rates of Adam, for plain networks and Meta forms alike. Fully connected Meta forms of 784 inputs
#: fall to chance at 1e-3, since one step of a meta-learner moves all edges alike. Small
#: convolutional networks of both kinds end higher at 3e-3 than at 1e-3.
_LEARNING_RATES = {"dense": 5e-4, "small": 3e-3, "paper": 1e-3}
#: Seed of the order of the images is this much above that of the network.
_ORDER_SEED = 1000


def image_lines(
    folder: Path | None,
    out: Path,
    shapes: Sequence[str],
    networks: Sequence[str],
    epochs: int,
    seeds: int,
    device: torch.device,
    progress: Progress,
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
            f"| {data.name}, {described(shape, data)}, {epochs} epochs | parameters "
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
    progress: Progress,
) -> dict[str, Any]:
    train, test = data.train.to(device), data.test.to(device)

    def train_once(
        part_epochs: int, count: int, progress: Progress
    ) -> tuple[nn.Module, float, int, bool]:
        """Train; return the classifier, the seconds, the epochs taken, whether it diverged."""
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


def _percent(found: Sequence[dict[str, Any]], key: str) -> str:
    """Show the median and the range of an accuracy; a network that diverged is below all others."""
    values = sorted(-math.inf if math.isnan(f[key]) else 100 * f[key] for f in found)
    middle, lowest, highest = (
        f"{value:.2f}" if math.isfinite(value) else "diverged"
        for value in (median(values), values[0], values[-1])
    )
    unit = "" if middle == "diverged" else " %"
    return f"{middle}{unit}{f' ({lowest} to {highest})' if len(values) > 1 else ''}"
