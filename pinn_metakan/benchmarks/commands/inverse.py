"""The command `bench inverse`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import Measurement, PairsOption, Progress, ResultsOption


def command(
    out: ResultsOption = Path("outputs/bench-inverse"),
    problem: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="One of the table. Repeatable.")
    ] = None,
    network: Annotated[
        str, typer.Option(metavar="NAME", help="A network that 'networks' lists.")
    ] = "metakan",
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
