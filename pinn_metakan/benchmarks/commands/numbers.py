"""The command `bench numbers`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import Measurement, Progress


def command(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Keeps the numbers.")] = Path(
        "outputs/numbers.json"
    ),
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Tell what has moved from the numbers of another version; more than rounding is "
            "a failure.",
        ),
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A row, such as 'heat, kan'. Repeatable."),
    ] = None,
) -> Measurement:
    """Run problems x networks for seconds: residual, gradient, Jacobian, losses and errors."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.numbers import number_lines

        return number_lines(out, against, case or [], progress)

    return measure
