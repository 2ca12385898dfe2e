"""The command `bench gallery`."""

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
)


def command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Problems; all unless given.")
    ] = None,
    out: ResultsOption = Path("docs/gallery"),
    network: NetworksOption = None,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="S", help="CPU time that ends a run.")
    ] = 120.0,
    measure_missing: Annotated[
        bool, typer.Option("--measure/--no-measure", help="Whether to measure what is missing.")
    ] = True,
    set_: PairsOption = None,
) -> Measurement:
    """Solve every problem by MetaKAN, KAN and MLP; write the page of the gallery."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.gallery.gallery import gallery_lines
        from pinn_metakan.settings.layers import parse_pair

        layers = [parse_pair(pair) for pair in set_ or []]
        return gallery_lines(
            out, names or [], network or [], seconds, layers, measure_missing, progress
        )

    return measure
