"""The command `bench cases`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import (
    Measurement,
    NetworksOption,
    PairsOption,
    Progress,
    ResultsOption,
    SeedsOption,
)


def command(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Holds problem files, each with a reference.")
    ] = Path("tests/cases"),
    out: ResultsOption = Path("outputs/bench-cases"),
    problem: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A file of it. Repeatable.")
    ] = None,
    network: NetworksOption = None,
    seeds: SeedsOption = 1,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="S", help="CPU time that ends a run.")
    ] = 120.0,
    set_: PairsOption = None,
) -> Measurement:
    """Solve each problem of a folder by default settings, as a user would: errors, why it ended."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.cases import case_lines
        from pinn_metakan.settings.layers import parse_pair

        layers = [parse_pair(pair) for pair in set_ or []]
        return case_lines(
            out, folder, problem or [], network or [], seeds, seconds, layers, progress
        )

    return measure
