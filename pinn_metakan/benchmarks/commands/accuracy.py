"""The command `bench accuracy`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import (
    DeviceOption,
    Measurement,
    NetworksOption,
    PairsOption,
    Progress,
    ResultsOption,
    RowsOption,
    SeedsOption,
)


def command(
    out: ResultsOption = Path("outputs/bench-accuracy"),
    problem: RowsOption = None,
    network: NetworksOption = None,
    seeds: SeedsOption = 3,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="S", help="Training time that ends a run.")
    ] = 80.0,
    set_: PairsOption = None,
    device: DeviceOption = "auto",
) -> Measurement:
    """Solve the problems by several networks on one thread: errors after equal CPU times."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.accuracy import accuracy_lines
        from pinn_metakan.settings.layers import parse_pair

        layers = [parse_pair(pair) for pair in set_ or []]
        return accuracy_lines(
            out, problem or [], network or [], seeds, seconds, layers, device, progress
        )

    return measure
