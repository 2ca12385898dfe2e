"""Commands that train nothing: list, show, settings, networks, report, new."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinn_metakan.benchmarks.command import DeviceOption, DtypeOption, PointsOption, RoundsOption
from pinn_metakan.cli.completion import complete_network, complete_problem, complete_tag
from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.options import LookingOption, ProblemArgument, ProblemsOption
from pinn_metakan.cli.output import print_lines, print_texts, tell
from pinn_metakan.cli.table import print_table
from pinn_metakan.errors import UserError
from pinn_metakan.pde.overtime import LOOKING, ended_after

if TYPE_CHECKING:
    from pinn_metakan.pde.problem import Problem

looking = typer.Typer()


@looking.command("list")
def list_command(
    problems: ProblemsOption = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            metavar="WORD",
            help="Only problems with this tag, such as fluid or ode; -v shows all. Repeatable.",
            autocompletion=complete_tag,
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the tags, too.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print names, files, tags and equations as JSON.")
    ] = False,
) -> None:
    """List the problems, the shipped ones and those in ./problems, with their equations."""
    from pinn_metakan.pde.catalogue import list_problems, with_tags

    entries = with_tags(list_problems(problems or []), tag or [])
    if as_json:
        facts = [
            {"name": e.name, "file": str(e.path), "tags": e.tags, "equation": e.equation}
            for e in entries
        ]
        print_lines(json.dumps(facts, indent=2).splitlines())
    elif verbose:
        rows = [(entry.name, " ".join(entry.tags), entry.equation) for entry in entries]
        print_table(["problem", "tags", "equation"], rows)
    else:
        print_table(["problem", "equation"], [(entry.name, entry.equation) for entry in entries])


@looking.command("show")
def show_command(
    problem: ProblemArgument,
    problems: ProblemsOption = None,
    budget: LookingOption = LOOKING,
) -> None:
    """Show a problem: its equation, parameters, domain, conditions and suggested settings.

    This runs the code of its file.
    """
    with loading():
        from pinn_metakan.pde.loading import load_problem

    with ended_after(budget):
        lines = _described(load_problem(problem, problems or []))
    print_lines(lines)


def _described(problem: "Problem") -> list[str]:
    from pinn_metakan.pde.description import description, stated_text
    from pinn_metakan.pde.formulation import formulate

    formulate(problem)  # what is wrong with it is told first
    text = stated_text(problem)
    lines = [
        f"{problem.origin.name} ({problem.origin.label})",
        "",
        *([*text.split("\n"), ""] if text else []),
    ]
    return lines + [f"{kind:11}  {fact}" for kind, fact in description(problem)]


@looking.command("settings")
def settings_command(
    network: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Whose settings; 'networks' lists the names.",
            autocompletion=complete_network,
        ),
    ] = "metakan",
) -> None:
    """List every setting: its name as --set takes it, its default, what it means.

    A problem's file may suggest others; every run writes its own, with this text, to settings.toml.
    """
    with loading():
        from pinn_metakan.settings.layers import build_settings
        from pinn_metakan.settings.text import settings_lines

    rows = list(settings_lines(build_settings(network, [])))
    print_table(["setting", "default", "meaning"], rows)


@looking.command("networks")
def networks_command(
    widths: Annotated[
        str, typer.Option(metavar="n0,...,nL", help="Inputs, hidden widths and outputs.")
    ] = "2,10,10,1",
    profile: Annotated[
        bool,
        typer.Option(
            "--profile",
            help="Measure MLP, KAN, MetaKAN and the baked one over widths instead; the options "
            "below are for that.",
        ),
    ] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the figure goes.")] = Path(
        "outputs/networks"
    ),
    points: PointsOption = 2000,
    rounds: RoundsOption = 5,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "float64",
) -> None:
    """List the networks, each with its parameters for given widths and its coefficients per edge.

    Those of the first part go with 'solve --network NAME', and so does your own, module:Class. The
    convolutions take the widths as channels; 'bench images' uses them, and kan_conv2d in Python.

    With --profile, print what a training step of them costs as they grow, and draw it.
    """
    counts = _whole_numbers("--widths", widths)
    with loading():
        from pinn_metakan.benchmarks.profile import profile_lines
        from pinn_metakan.networks.convolution.table import list_convolutions
        from pinn_metakan.networks.table import list_networks

    if profile:
        print_texts(profile_lines(out, device, dtype, points, rounds, tell))
        return
    listed = list_networks(counts) + list_convolutions(counts)
    rows = []
    for entry in listed:
        edge = "-" if entry.edge_coefficients is None else str(entry.edge_coefficients)
        count = f"{entry.n_parameters:7d} parameters"
        rows.append((entry.name, count, f"{edge:>2} per edge", entry.description))
    print_table(["network", "size", "coefficients", "edge functions"], rows)


@looking.command("report")
def report_command(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder, or a folder with runs below it.")
    ],
) -> None:
    """Write report.html of a run anew: one page with all that is known of it, to read and to send.

    Of a folder of runs, such as outputs/, write index.html: a table of all runs below it, with the
    page of each. The code of no problem is run.
    """
    with loading():
        from pinn_metakan.runs.pages import write_pages

    print_lines([str(write_pages(run))])


@looking.command("new")
def new_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the problem, a word.")],
    like: Annotated[
        str | None,
        typer.Option(
            "--like",
            metavar="NAME|FILE.py",
            help="Start from this problem, one that 'list' shows or a file.",
            autocompletion=complete_problem,
        ),
    ] = None,
    problems: ProblemsOption = None,
) -> None:
    """Write a commented problem file to start from: ./NAME.py."""
    from pinn_metakan.cli.likeness import like_template
    from pinn_metakan.cli.template import problem_template
    from pinn_metakan.files import write_text

    path = Path(f"{name.removesuffix('.py')}.py")
    if like is None:
        text = problem_template(path.stem)
    else:
        from pinn_metakan.pde.catalogue import find_problem

        text = like_template(path.stem, find_problem(like, problems or []))
    if path.exists():
        raise UserError(f"{path} exists already; choose another name")
    if not path.parent.is_dir():
        raise UserError(f"there is no folder {path.parent}; make it first")
    write_text(path, text)
    print_lines([f"{path} written; solve it with: pinn-metakan solve {path}"])


def _whole_numbers(label: str, text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) < 2 or min(numbers) < 1:
        raise UserError(f"{label}: expected whole numbers such as 2,10,10,1, got {text!r}")
    return numbers
