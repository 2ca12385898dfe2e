"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.cli.completion import complete_problem, complete_setting

ProblemsOption = Annotated[
    list[Path] | None,
    typer.Option("--problems", metavar="DIR", help="Look for problems in DIR first. Repeatable."),
]
BudgetOption = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="End in time for the whole command to take SECONDS."),
]
LookingOption = Annotated[
    float,
    typer.Option(
        "--budget",
        metavar="SECONDS",
        help="End code of the problem's that is still running after SECONDS.",
    ),
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
        autocompletion=complete_setting,
    ),
]
ResumeSetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="key=value",
        help="A setting of what is still to come, such as lm.steps=200 for more steps than the run "
        "had, widen.steps=100 or evaluation.shape=[201,201]. Repeatable.",
        autocompletion=complete_setting,
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
ProblemArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE.py",
        help="A name that 'list' shows, or a file.",
        autocompletion=complete_problem,
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
JsonOption = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print report.json, with the folder, on standard output, and the rest on standard "
        "error.",
    ),
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Show no facts and no progress, but how it ended.")
]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", help="Show each entry of the history, and what the package logs."
    ),
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
DtypeOption = Annotated[str, typer.Option(help="float64 or float32.")]
