"""The command `bench ball`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import DeviceOption, Measurement, Progress, ResultsOption


def command(
    out: ResultsOption = Path("outputs/bench-ball"),
    problem: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="ball_poisson or ball_allen_cahn. Repeatable."),
    ] = None,
    dimension: Annotated[
        list[int] | None, typer.Option(help="Dimensions of the ball. Repeatable.")
    ] = None,
    row: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A row of the table. Repeatable.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps of Adam.")] = 10_000,
    device: DeviceOption = "auto",
) -> Measurement:
    """Solve equations in the ball of up to 100 dimensions: errors, time and memory."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.ball import DIMENSIONS, PROBLEMS, ball_lines

        return ball_lines(
            out, problem or PROBLEMS, dimension or DIMENSIONS, row or [], steps, device, progress
        )

    return measure
