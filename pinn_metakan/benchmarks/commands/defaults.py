"""The command `bench defaults`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import (
    DeviceOption,
    Measurement,
    Progress,
    RowsOption,
    SeedsOption,
)


def command(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Keeps the runs; what is complete stays.")
    ] = Path("outputs/bench-defaults"),
    seeds: SeedsOption = 3,
    budget: Annotated[float, typer.Option(metavar="SECONDS", help="For each run.")] = 30.0,
    device: DeviceOption = "auto",
    problem: RowsOption = None,
    variant: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A row of the table. Repeatable.")
    ] = None,
) -> Measurement:
    """Solve the problems by families x coefficients: the table that defaults are chosen from."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.defaults import default_lines

        return default_lines(out, seeds, budget, device, problem or [], variant or [], progress)

    return measure
