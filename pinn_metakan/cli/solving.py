"""Commands that train: solve, resume, rerun."""

import os
import shlex
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinn_metakan.cli.closing import closing_lines
from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.options import (
    BudgetOption,
    CheckOption,
    DeviceOption,
    FileArgument,
    OutOption,
    OverwriteOption,
    ParamOption,
    PartOption,
    ProblemsOption,
    RunArgument,
    SetOption,
)
from pinn_metakan.cli.output import print_lines
from pinn_metakan.cli.pairs import changes, parameter

if TYPE_CHECKING:
    from pinn_metakan.runs.fresh_folder import FreshFolder
    from pinn_metakan.settings.layers import Layer

solving = typer.Typer()


@solving.command("solve")
def solve_command(
    problem: Annotated[
        str, typer.Argument(metavar="NAME|FILE.py", help="A name that 'list' shows, or a file.")
    ],
    out: OutOption = None,
    overwrite: OverwriteOption = False,
    network: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="metakan, kan, mlp, another that 'networks' lists, or one of your own: "
            "module:Class, where module is a FILE.py or in a folder of problems [metakan].",
        ),
    ] = None,
    conditions: Annotated[
        str | None,
        typer.Option(
            metavar="hard|soft",
            help="Whether conditions hold by construction where possible, or in the loss [hard].",
        ),
    ] = None,
    param: ParamOption = None,
    set_: SetOption = None,
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings as TOML, such as a run's settings.toml."),
    ] = None,
    problems: ProblemsOption = None,
    part: PartOption = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random [0].")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda [auto].")] = None,
    dtype: Annotated[str | None, typer.Option(help="float64 or float32 [float64].")] = None,
    budget: BudgetOption = None,
    check: CheckOption = False,
) -> None:
    """Solve a problem and write solution, reference, error map and history to a folder.

    Settings are taken from the defaults, then the problem's file, then --settings, then --set; what
    a settings.toml says of network, parameters, seed, dtype and device holds unless it is given
    here. Every run writes all of them to settings.toml.
    """
    with loading():
        from pinn_metakan.cli.display import Display
        from pinn_metakan.cli.settings_file import refuse_another, refuse_unnamed_code
        from pinn_metakan.pde.catalogue import find_problem
        from pinn_metakan.pde.loading import load_problem
        from pinn_metakan.runs.choices import present_network
        from pinn_metakan.runs.solve import solve
        from pinn_metakan.settings.layers import read_settings
        from pinn_metakan.settings.sections import RunSettings

    layers: list[Layer] = []
    run = RunSettings()
    if settings is not None:
        layer, run = read_settings(settings)
        layers.append(layer)
    if settings is not None:
        stored = run.network if network is None else ""
        refuse_another(settings, run, find_problem(problem, problems or []).stem)
        refuse_unnamed_code(settings, stored, layers[0][1], part or [])
    network = run.network if network is None else network
    parameters = dict(run.parameters) | dict(parameter(text) for text in param or [])
    loaded = load_problem(problem, problems or [], parameters)
    layers += changes(set_)
    if conditions is not None:
        layers.append(("--conditions", {"conditions": conditions}))
    network = present_network(loaded, network, layers)
    seed = run.seed if seed is None else seed
    with Display() as display:
        solution = solve(
            loaded,
            network,
            settings=layers,
            seed=seed,
            device=run.device if device is None else device,
            dtype=run.dtype if dtype is None else dtype,
            budget=budget,
            out=out or _fresh_folder(loaded.origin.name, network, seed),
            overwrite=overwrite,
            parts=part or [],
            problems=problems or [],
            check=check or run.check,
            announce=display.announce,
            progress=display.progress,
            started=_process_start(),
            command=_command(),
        )
    print_lines(closing_lines(solution, loaded.origin.path))


@solving.command("resume")
def resume_command(
    run: RunArgument,
    file: FileArgument = None,
    problems: ProblemsOption = None,
    part: PartOption = None,
    device: DeviceOption = "auto",
    budget: BudgetOption = None,
    check: CheckOption = False,
) -> None:
    """Go on with a run that was interrupted or ended by its budget, exactly where it was.

    This runs the code of the run's problem: of FILE.py, or of a file of its name in a folder of
    problems, if its SHA-256 is the run's; and so that of its own family or network, of --part.
    """
    with loading():
        from pinn_metakan.cli.display import Display
        from pinn_metakan.runs.resume import resume

    with Display() as display:
        solution = resume(
            run,
            file,
            problems=problems or [],
            parts=part or [],
            device=device,
            budget=budget,
            check=check,
            announce=display.announce,
            progress=display.progress,
            started=_process_start(),
        )
    print_lines(closing_lines(solution, file))


@solving.command("rerun")
def rerun_command(
    run: RunArgument,
    file: FileArgument = None,
    out: OutOption = None,
    overwrite: OverwriteOption = False,
    set_: SetOption = None,
    seed: Annotated[int | None, typer.Option(help="Another seed than the run's.")] = None,
    problems: ProblemsOption = None,
    part: PartOption = None,
    device: DeviceOption = "auto",
    budget: BudgetOption = None,
    check: CheckOption = False,
) -> None:
    """Make a run again from its beginning: the same problem, parameters, network and settings.

    --set and --seed change a part of them. RUN stays as it is. This runs the code of the run's
    problem and parts, as 'resume' does.
    """
    with loading():
        from pinn_metakan.cli.display import Display
        from pinn_metakan.runs.folder import RunFolder
        from pinn_metakan.runs.resume import rerun
        from pinn_metakan.runs.same_problem import Remembered

    known = Remembered.read(RunFolder(run))
    new_seed = known.seed if seed is None else seed
    with Display() as display:
        solution = rerun(
            run,
            file,
            settings=changes(set_),
            seed=seed,
            problems=problems or [],
            parts=part or [],
            device=device,
            budget=budget,
            out=out or _fresh_folder(known.name, known.network, new_seed),
            overwrite=overwrite,
            check=check,
            announce=display.announce,
            progress=display.progress,
            started=_process_start(),
            command=_command(),
        )
    print_lines(closing_lines(solution, file))


def _fresh_folder(problem: str, network: str, seed: int) -> "FreshFolder":
    from pinn_metakan.runs.fresh_folder import FreshFolder

    moment = datetime.now().strftime("%Y%m%d-%H%M%S")
    called = network.rpartition(":")[2]  # what stands before may be a path
    return FreshFolder(Path("outputs") / problem, f"{moment}-{called}-seed{seed}")


def _command() -> str:
    return shlex.join(["pinn-metakan", *sys.argv[1:]])


def _process_start() -> float:
    """Find when this process began, so that a budget covers the start-up too."""
    try:
        after_boot = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - (uptime - after_boot / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return time.time()
