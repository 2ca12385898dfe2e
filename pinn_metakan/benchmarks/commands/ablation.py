"""The command `bench ablation`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import (
    DeviceOption,
    Measurement,
    ProblemArgument,
    Progress,
    SeedsOption,
)


def command(
    problem: ProblemArgument = "heat",
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Keeps the runs and the figure; what is there stays."),
    ] = Path("outputs/bench-ablation"),
    seeds: SeedsOption = 3,
    steps: Annotated[int, typer.Option(min=1, help="Steps of Levenberg-Marquardt.")] = 40,
    part: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="prompts, hidden_width, meta_learners or hidden_function. Repeatable.",
        ),
    ] = None,
    device: DeviceOption = "auto",
) -> Measurement:
    """Change one part of a MetaKAN at a time: prompts, hidden width and function, meta-learners."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.ablation import ablation_lines

        return ablation_lines(out, problem, seeds, steps, device, part or [], progress)

    return measure
