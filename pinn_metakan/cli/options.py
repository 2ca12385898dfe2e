"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ProblemsOption = Annotated[
    list[Path] | None,
    typer.Option("--problems", metavar="DIR", help="Look for problems in DIR first. Repeatable."),
]
BudgetOption = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="End in time for the whole command to take SECONDS."),
]
OutOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Run folder [outputs/<problem>/<time>-<network>-seed<seed>]."),
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace a run in DIR.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="key=value",
        help="One setting that 'settings' lists, such as adam.steps=1000 or network.widths=[8,8]. "
        "Repeatable.",
    ),
]
CheckOption = Annotated[
    bool,
    typer.Option(
        "--check",
        help="Let another network solve it too, with another seed and the same steps: what the two "
        "differ by stands for the error where there is no reference.",
    ),
]
ParamOption = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        metavar="k=v",
        help="A parameter of the problem, such as viscosity=0.01/pi; 'show NAME' lists them. "
        "Repeatable.",
    ),
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
FileArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE.py]",
        help="The problem's file, unless it is in a folder of problems. Its code runs, once its "
        "SHA-256 has been found to be the run's.",
    ),
]
PartOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--part",
        metavar="FILE.py",
        help="A file of your own families or networks, which settings name as module:Class. Its "
        "code runs; that of a run goes on only if its SHA-256 is the run's. Repeatable.",
    ),
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
DtypeOption = Annotated[str, typer.Option(help="float64 or float32.")]
