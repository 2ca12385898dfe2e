"""The command `bench images`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import (
    DeviceOption,
    Measurement,
    Progress,
    ResultsOption,
    SeedsOption,
)


def command(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]", help="Images in the format of MNIST or CIFAR [digits of 8 x 8]."
        ),
    ] = None,
    out: ResultsOption = Path("outputs/bench-images"),
    shape: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="dense, small or paper (four convolutions) [dense, small]. Repeatable.",
        ),
    ] = None,
    network: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Such as metakanconv or fastkan. Repeatable."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the images.")] = 10,
    seeds: SeedsOption = 1,
    device: DeviceOption = "auto",
) -> Measurement:
    """Classify images: KANs and MetaKANs, accuracy, parameters, time and memory."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.images.comparison import FEW_SHAPES, image_lines
        from pinn_metakan.runs.devices import chosen_device

        where, _ = chosen_device(device)
        return image_lines(
            folder, out, shape or FEW_SHAPES, network or [], epochs, seeds, where, progress
        )

    return measure
