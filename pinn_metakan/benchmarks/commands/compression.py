"""The command `bench compression`."""

from collections.abc import Iterator
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import DeviceOption, Measurement, ProblemArgument, Progress


def command(
    problem: ProblemArgument = "heat",
    steps: Annotated[int, typer.Option(min=1, help="Steps of the whole network.")] = 40,
    more_steps: Annotated[int, typer.Option(min=1, help="Steps of the smaller one.")] = 30,
    device: DeviceOption = "auto",
) -> Measurement:
    """Make trained networks smaller by codebooks and by cutting edges: errors before and after."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.compression import compression_lines

        return compression_lines(problem, device, steps, more_steps, progress)

    return measure
