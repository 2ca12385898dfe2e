"""The command `bench inverse`."""

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
    out: ResultsOption = Path("outputs/bench-inverse"),
    problem: RowsOption = None,
    network: OneNetworkOption = "metakan",
    repetitions: Annotated[
        int, typer.Option(min=0, help="Fits of data with other noise, from the first fit.")
    ] = 0,
    set_: PairsOption = None,
) -> Measurement:
    """Find unknown numbers from noisy data, beside SciPy's least squares."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.inverse import inverse_lines
        from pinn_metakan.settings.layers import parse_pair

        layers = [parse_pair(pair) for pair in set_ or []]
        return inverse_lines(out, problem or [], network, repetitions, layers, progress)

    return measure
