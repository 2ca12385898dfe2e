"""The command `bench large`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import DeviceOption, Measurement, Progress, ResultsOption


def command(
    out: ResultsOption = Path("outputs/bench-large"),
    case: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A case of the table. Repeatable.")
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A method of the table. Repeatable.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1.0, help="Time of each training [s].")] = 120.0,
    device: DeviceOption = "auto",
) -> Measurement:
    """Train networks of 25,000 to 47,000 parameters: second-order steps, Adam and L-BFGS."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.large import large_lines

        return large_lines(out, case or [], method or [], seconds, device, progress)

    return measure
