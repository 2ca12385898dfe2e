"""The command `bench processes`."""

from collections.abc import Iterator
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import Measurement, PointsOption, Progress, RoundsOption
from pinn_metakan.errors import UserError


def command(
    problem: Annotated[str, typer.Argument(help="The problem.")] = "burgers",
    points: PointsOption = 40_000,
    counts: Annotated[str, typer.Option(help="Numbers of processes.")] = "1,2",
    rounds: RoundsOption = 5,
) -> Measurement:
    """Time steps of a run that several processes train together, each on a core of its own."""
    numbers = [int(text) for text in counts.split(",") if text.isdecimal() and int(text) > 0]
    if len(numbers) != len(counts.split(",")):
        raise UserError(f"--counts must be numbers such as 1,2,4, got {counts!r}")

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.processes import process_lines

        return process_lines(problem, points, numbers, rounds, progress)

    return measure
