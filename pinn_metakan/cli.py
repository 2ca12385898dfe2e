"""The command line."""

import os
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import torch
import typer

from pinn_metakan.bench_cli import (
    DeviceOption,
    DtypeOption,
    RoundsOption,
    bench,
    print_all,
    tell,
)
from pinn_metakan.benchmarks.profile import profile_lines
from pinn_metakan.catalogue import list_problems
from pinn_metakan.display import Display
from pinn_metakan.errors import Interrupted, TrainingError, UserError
from pinn_metakan.files import write_text
from pinn_metakan.loading import load_problem
from pinn_metakan.networks.conv_table import list_convolutions
from pinn_metakan.networks.table import list_networks
from pinn_metakan.plotting.figures import draw_activations, draw_all
from pinn_metakan.results.hdf5 import read_solution
from pinn_metakan.runs import resume as resume_run
from pinn_metakan.settings import Layer, parse_pair, parse_value, read_settings
from pinn_metakan.solution import Solution
from pinn_metakan.solve import solve as solve_problem
from pinn_metakan.template import problem_template

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Solve partial differential equations with physics-informed MetaKANs, "
    "and see the solution, the reference and the error map.",
    epilog="Begin with: pinn-metakan solve poisson",
)

app.add_typer(bench, name="bench")

ProblemsOption = Annotated[
    list[Path] | None,
    typer.Option("--problems", metavar="DIR", help="Look for problems in DIR first. Repeatable."),
]
BudgetOption = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="End in time for the whole command to take SECONDS."),
]


@app.command("list")
def list_command(problems: ProblemsOption = None) -> None:
    """List the problems, the shipped ones and those in ./problems, with their equations."""
    entries = list_problems(problems or [])
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        print(f"{entry.name:{width}}  {entry.equation}")


@app.command("networks")
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
    points: Annotated[int, typer.Option(min=1, help="Collocation points.")] = 2000,
    rounds: RoundsOption = 5,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "float64",
) -> None:
    """List the networks, each with its parameters for given widths and its coefficients an edge.

    Those of the first part go with 'solve --network NAME'. The convolutions take the widths as
    channels; 'bench images' uses them, and kan_conv2d in Python.

    With --profile, print what a training step of them costs as they grow, and draw it.
    """
    if profile:
        print_all(profile_lines(out, device, dtype, points, rounds, tell))
        return
    counts = _whole_numbers("--widths", widths)
    listed = list_networks(counts) + list_convolutions(counts)
    width = max(len(entry.name) for entry in listed)
    for entry in listed:
        edge = "-" if entry.edge_coefficients is None else str(entry.edge_coefficients)
        count = f"{entry.n_parameters:7d} parameters  {edge:>2} an edge"
        print(f"{entry.name:{width}}  {count}  {entry.description}")


@app.command("solve")
def solve_command(
    problem: Annotated[
        str, typer.Argument(metavar="NAME|FILE.py", help="A name that 'list' shows, or a file.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Run folder [outputs/<problem>/<time>-<network>]."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run in DIR.")] = False,
    network: Annotated[
        str,
        typer.Option(metavar="NAME", help="metakan, kan, mlp, or another that 'networks' lists."),
    ] = "metakan",
    conditions: Annotated[
        str | None,
        typer.Option(
            metavar="hard|soft",
            help="Whether conditions hold by construction where possible, or in the loss [hard].",
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="k=v", help="A parameter of the problem. Repeatable."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="key=value",
            help="One setting, such as adam.steps=1000 or network.widths=[8,8]. Repeatable.",
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings as TOML, such as a run's settings.toml."),
    ] = None,
    problems: ProblemsOption = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "float64",
    budget: BudgetOption = None,
) -> None:
    """Solve a problem and write solution, reference, error map and history to a folder.

    Settings are taken from the defaults, then the problem's file, then --settings, then --set.
    Every run writes all of them to settings.toml.
    """
    parameters = dict(_named_value(text) for text in param or [])
    loaded = load_problem(problem, problems or [], parameters)
    layers: list[Layer] = [read_settings(settings)] if settings is not None else []
    layers += [parse_pair(pair) for pair in set_ or []]
    if conditions is not None:
        layers.append(("--conditions", {"conditions": conditions}))
    moment = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = out or Path("outputs") / loaded.origin.name / f"{moment}-{network}"
    with Display() as display:
        solution = solve_problem(
            loaded,
            network,
            settings=layers,
            seed=seed,
            device=device,
            dtype=dtype,
            budget=budget,
            out=folder,
            overwrite=overwrite,
            announce=display.announce,
            progress=display.progress,
            started=_process_start(),
            command=shlex.join(["pinn-metakan", *sys.argv[1:]]),
        )
    _print_summary(solution, folder)


@app.command("resume")
def resume_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    problems: ProblemsOption = None,
    device: DeviceOption = "auto",
    budget: BudgetOption = None,
) -> None:
    """Go on with a run that was interrupted or ended by its budget, exactly where it was."""
    with Display() as display:
        solution = resume_run(
            run,
            problems=problems or [],
            device=device,
            budget=budget,
            announce=display.announce,
            progress=display.progress,
            started=_process_start(),
        )
    _print_summary(solution, run)


@app.command("plot")
def plot_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    activations: Annotated[
        bool,
        typer.Option(
            "--activations", help="Draw the edge functions, and how prompts change them, too."
        ),
    ] = False,
) -> None:
    """Redraw every figure of a run from its solution.h5."""
    field = read_solution(run / "solution.h5")
    if activations and not field.activations:
        raise UserError(
            f"{run} has no edge functions to draw: its network has none, or it was solved by an "
            "earlier version"
        )
    for path in draw_all(field, run) + (draw_activations(field, run) if activations else []):
        print(path)


@app.command("new")
def new_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the problem, a word.")],
) -> None:
    """Write a commented problem file to start from: ./NAME.py."""
    path = Path(f"{name.removesuffix('.py')}.py")
    text = problem_template(path.stem)
    if path.exists():
        raise UserError(f"{path} exists already; choose another name")
    write_text(path, text)
    print(f"{path} written; solve it with: pinn-metakan solve {path}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    command = typer.main.get_command(app)
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    sys.exit(_status(lambda: command.main(args=given, standalone_mode=False)))


def _status(run: Callable[[], object]) -> int:
    """Run and turn what is raised into one line on standard error and an exit status."""
    try:
        status = run()
        return status if isinstance(status, int) else 0
    except typer.Exit as stop:
        return stop.exit_code
    except UserError as error:
        return _failed(str(error), 2)
    except TrainingError as error:
        return _failed(str(error), 1)
    except torch.OutOfMemoryError:
        hint = "try fewer points (--set points.interior=...) or narrower widths"
        return _failed(f"out of memory; {hint}", 1)
    except Interrupted as stop:
        hint = f"; go on with: pinn-metakan resume {shlex.quote(str(stop))}" if str(stop) else ""
        return _failed(f"interrupted{hint}", 130)
    except (KeyboardInterrupt, typer.Abort):
        return _failed("interrupted", 130)
    except BrokenPipeError:  # the reader of a pipe went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        # Errors of usage are classes of the command line library that can format themselves.
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            return _failed(f"{error.format_message()} Try 'pinn-metakan --help'.", 2)
        raise


def _failed(message: str, status: int) -> int:
    print(f"pinn-metakan: {' '.join(message.split())}", file=sys.stderr)
    return status


def _whole_numbers(label: str, text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) < 2 or min(numbers) < 1:
        raise UserError(f"{label}: expected whole numbers such as 2,10,10,1, got {text!r}")
    return numbers


def _named_value(text: str) -> tuple[str, object]:
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise UserError(f"--param: expected k=v, got {text!r}")
    return name.strip(), parse_value(value)


def _print_summary(solution: Solution, folder: Path) -> None:
    field, attributes = solution.field, solution.attributes
    for unknown, error in solution.relative_l2.items():
        print(f"relative L2 error of {unknown}: {error:.3e}")
        print(f"largest error of {unknown}: {field.max_error[unknown]:.3e}")
    if not solution.relative_l2:
        print("no reference, so no error; look at the residuals in solution.h5")
    print(f"parameters: {attributes['n_parameters']}")
    if solution.tied is not None:
        for unknown, error in solution.tied.relative_l2.items():
            print(f"before untying, relative L2 error of {unknown}: {error:.3e}")
        print(f"before untying, parameters: {solution.tied.attributes['n_parameters']}")
    print(f"training time: {attributes['seconds']:.1f} s")
    print(f"ended by: {attributes['stop_reason']}")
    print(f"folder: {folder}")


def _process_start() -> float:
    """Give when this process began, so that a budget covers the start-up too."""
    try:
        after_boot = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - (uptime - after_boot / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return time.time()
