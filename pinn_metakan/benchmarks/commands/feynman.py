"""The command `bench feynman`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.command import Measurement, Progress, ResultsOption, SeedsOption


def command(
    out: ResultsOption = Path("outputs/bench-feynman"),
    seeds: SeedsOption = 3,
    grid: Annotated[
        list[int] | None, typer.Option(min=1, help="Grid intervals of the splines. Repeatable.")
    ] = None,
    function: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Such as I.12.5. Repeatable.")
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A column, such as 'KAN, LM'. Repeatable."),
    ] = None,
) -> Measurement:
    """Fit formulas of physics: KAN and MetaKAN, L-BFGS and Levenberg-Marquardt, test errors."""

    def measure(progress: Progress) -> Iterator[str]:
        from pinn_metakan.benchmarks.feynman.comparison import GRIDS, feynman_lines

        return feynman_lines(out, seeds, grid or GRIDS, function or [], method or [], progress)

    return measure
