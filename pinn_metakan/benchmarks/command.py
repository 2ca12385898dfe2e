"""What the command of a benchmark returns, and options that several of them have.

A module of `commands` has a function `command`, whose parameters are the options of the command
line and whose docstring is its help. It returns what is then measured; only the command line
prints. What measures is imported when the measurement is called, so that help is there at once.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

#: Is told what is measured now, and what failed.
Progress = Callable[[str], None]
#: Imports what measures; yields the lines of a table in Markdown, each as soon as it is known.
Measurement = Callable[[Progress], Iterator[str]]

DeviceOption = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
DtypeOption = Annotated[str, typer.Option(help="float64 or float32.")]
PointsOption = Annotated[int, typer.Option(min=1, help="Collocation points.")]
RoundsOption = Annotated[int, typer.Option(min=1, help="How often each is timed.")]
SeedsOption = Annotated[int, typer.Option(min=1, help="How many seeds.")]
ProblemArgument = Annotated[str, typer.Argument(metavar="NAME", help="A problem.")]
ResultsOption = Annotated[
    Path, typer.Option(metavar="DIR", help="Keeps the results; what is there stays.")
]
NetworksOption = Annotated[
    list[str] | None,
    typer.Option("--network", metavar="NAME", help="A network that 'networks' lists. Repeatable."),
]
#: Rows of the table by their names; the option is called as the parameter is.
RowsOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="One of the table. Repeatable.")
]
OneNetworkOption = Annotated[
    str, typer.Option("--network", metavar="NAME", help="A network that 'networks' lists.")
]
PairsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="key=value",
        help="A setting of all runs, which are kept beside those without it. Repeatable.",
    ),
]
