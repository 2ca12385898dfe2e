"""The command `bench laws`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import (
    Measurement,
    OneNetworkOption,
    PairsOption,
    Progress,
    ResultsOption,
    RowsOption,
)


def command(
    out: ResultsOption = Path("outputs/bench-laws"),
    problem: RowsOption = None,
    network: OneNetworkOption = "metakan",
    noise: Annotated[
        float, typer.Option(min=0, help="Of the data, as part of the largest value.")
    ] = 0.01,
    data: Annotated[int, typer.Option(min=1, help="How many data, each of another seed.")] = 1,
    set_: PairsOption = None,
) -> Measurement:
    """Find unknown functions from noisy data, beside SciPy's least squares."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.laws import law_lines
        from pinn_metakan.settings.layers import parse_pair

        layers = [parse_pair(pair) for pair in set_ or []]
        return law_lines(out, problem or [], network, noise, data, layers, progress)

    return measure
