"""Commands that train: solve, resume, rerun."""

import os
import shlex
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinn_metakan.cli.completion import complete_network
from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.manner import Manner
from pinn_metakan.cli.options import (
    BudgetOption,
    CheckOption,
    DeviceOption,
    FileArgument,
    JsonOption,
    OutOption,
    OverwriteOption,
    ParamOption,
    PartOption,
    ProblemArgument,
    ProblemsOption,
    QuietOption,
    ResumeSetOption,
    RunArgument,
    SetOption,
    VerboseOption,
)
from pinn_metakan.cli.pairs import changes, parameter, values_along

if TYPE_CHECKING:
    from pinn_metakan.runs.fresh_folder import FreshFolder
    from pinn_metakan.settings.layers import Layer

solving = typer.Typer()


@solving.command("solve")
def solve_command(
    problem: ProblemArgument,
    out: OutOption = None,
    overwrite: OverwriteOption = False,
    network: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="metakan, kan, mlp, another that 'networks' lists, or one of your own: "
            "module:Class, where module is a FILE.py or in a folder of problems [metakan].",
            autocompletion=complete_network,
        ),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="RUN",
            help="Begin with the trained network of a run, of the same or of other parameters.",
        ),
    ] = None,
    along: Annotated[
        list[str] | None,
        typer.Option(
            metavar="k=v1,v2,...",
            help="Solve for these values of a parameter one after the other, each with the network "
            "of the one before, such as viscosity=0.05,0.02,0.01/pi. Repeatable.",
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
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Solve a problem and write solution, reference, error map and history to a folder.

    Settings are taken from the defaults, then the problem's file, then --settings, then --set; what
    a settings.toml says of network, parameters, seed, dtype and device holds unless it is given
    here. Every run writes all of them to settings.toml.
    """
    with loading():
        import pinn_metakan.cli.display  # noqa: F401
        from pinn_metakan.cli.settings_file import refuse_another, refuse_start, refuse_unnamed_code
        from pinn_metakan.pde.catalogue import find_problem
        from pinn_metakan.pde.loading import load_problem
        from pinn_metakan.pde.overtime import ended_in_time
        from pinn_metakan.runs.choices import present_network
        from pinn_metakan.runs.folder import RunFolder
        from pinn_metakan.runs.same_problem import Remembered
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
        refuse_start(settings, run, start)
        if network is None and "network" in run.model_fields_set:
            network = run.network
    parameters = dict(run.parameters) | dict(parameter(text) for text in param or [])
    walked = dict(values_along(text) for text in along or [])
    parameters |= {name: values[-1] for name, values in walked.items()}
    started = _process_start()
    with ended_in_time(budget and started + budget):
        loaded = load_problem(problem, problems or [], parameters)
    layers += changes(set_)
    if conditions is not None:
        layers.append(("--conditions", {"conditions": conditions}))
    called = present_network(loaded, network or "metakan", layers)
    if start is not None and network is None:
        called = Remembered.read(RunFolder(start)).network
    seed = run.seed if seed is None else seed
    manner = Manner(as_json, quiet, verbose)
    with manner.display() as display:
        solution = solve(
            loaded,
            network,
            start=start,
            along={name: values[:-1] for name, values in walked.items()},
            settings=layers,
            seed=seed,
            device=run.device if device is None else device,
            dtype=run.dtype if dtype is None else dtype,
            budget=budget,
            out=out or _fresh_folder(loaded.origin.name, called, seed),
            overwrite=overwrite,
            parts=part or [],
            problems=problems or [],
            check=check or run.check,
            announce=display.announce,
            progress=display.progress,
            started=started,
            command=_command(),
        )
    manner.close(solution, loaded.origin.path)


@solving.command("resume")
def resume_command(
    run: RunArgument,
    file: FileArgument = None,
    set_: ResumeSetOption = None,
    problems: ProblemsOption = None,
    part: PartOption = None,
    device: DeviceOption = "auto",
    budget: BudgetOption = None,
    check: CheckOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Go on with a run that was interrupted or ended by its budget, exactly where it was.

    One that was killed before its first checkpoint begins again, by the settings in its folder.
    With --set it goes on beyond its old end: --set lm.steps=200 or --set widen.steps=100. What has
    been trained stays: the network, points, loss and conditions cannot change.

    This runs the code of the run's problem: of FILE.py, or of a file of its name in a folder of
    problems, if its SHA-256 is the run's; and so that of its own family or network, of --part.
    """
    with loading():
        import pinn_metakan.cli.display  # noqa: F401
        from pinn_metakan.runs.resume import resume

    manner = Manner(as_json, quiet, verbose)
    with manner.display() as display:
        solution = resume(
            run,
            file,
            settings=changes(set_),
            problems=problems or [],
            parts=part or [],
            device=device,
            budget=budget,
            check=check,
            announce=display.announce,
            progress=display.progress,
            started=_process_start(),
            command=_command(),
        )
    manner.close(solution, file)


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
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Make a run again from its beginning: the same problem, parameters, network and settings.

    --set and --seed change a part of them. RUN stays as it is. This runs the code of the run's
    problem and parts, as 'resume' does.
    """
    with loading():
        import pinn_metakan.cli.display  # noqa: F401
        from pinn_metakan.runs.folder import RunFolder
        from pinn_metakan.runs.resume import rerun
        from pinn_metakan.runs.same_problem import Remembered

    known = Remembered.read(RunFolder(run))
    new_seed = known.seed if seed is None else seed
    manner = Manner(as_json, quiet, verbose)
    with manner.display() as display:
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
    manner.close(solution, file)


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
