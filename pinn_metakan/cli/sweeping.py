"""The command that makes many runs: sweep."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pinn_metakan.cli.completion import complete_network, complete_setting
from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.options import (
    ParamOption,
    PartOption,
    ProblemArgument,
    ProblemsOption,
    QuietOption,
    SetOption,
)
from pinn_metakan.cli.output import print_lines, print_texts, tell
from pinn_metakan.cli.pairs import changes, parameter
from pinn_metakan.cli.sweep_values import read_over, read_search
from pinn_metakan.cli.table import print_table

if TYPE_CHECKING:
    from pinn_metakan.sweeps.result import SweepResult

sweeping = typer.Typer()


@sweeping.command("sweep")
def sweep_command(
    problem: ProblemArgument,
    over: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUES",
            help="Values that are all tried, each with those of other --over: seed=0..9, "
            "network.widths=[8,8],[12,12], network=metakan,kan, param.viscosity=0.1,0.01/pi. NAME "
            "is a setting that 'settings' lists, seed, network, dtype, or param. and a parameter "
            "of the problem. Repeatable.",
            autocompletion=complete_setting,
        ),
    ] = None,
    search: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=RANGE",
            help="What is searched at each combination of --over: "
            "adam.learning_rate=log:1e-4..1e-1 (logarithms alike), points.interior=500..4000, or "
            "choices such as points.sequence=sobol,halton. Repeatable.",
            autocompletion=complete_setting,
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(metavar="N", help="Trials of the search at each combination of --over [20]."),
    ] = None,
    minimize: Annotated[
        str | None,
        typer.Option(
            metavar="error|loss",
            help="What is made small: the relative L2 error, or the loss [error, where there is a "
            "reference].",
        ),
    ] = None,
    prune: Annotated[
        str | None,
        typer.Option(
            metavar="off|steps|seconds",
            help="End trials that are behind the median of the others at 40, 80, 160, ... steps "
            "after the first stage, or at 8, 16, 32, ... seconds of CPU [steps with --search, else "
            "off].",
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(metavar="N", help="Worker processes, with one thread each, if over 1.")
    ] = 1,
    storage: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Where trials are kept, for several machines: journal:FILE, sqlite:///FILE or "
            "another address of SQLAlchemy [a journal in DIR].",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the sweep, with a run folder for each trial "
            "[outputs/<problem>/sweep-<letters>].",
        ),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Network of all trials [metakan].", autocompletion=complete_network
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
    seed: Annotated[
        int | None, typer.Option(help="Seed of all trials, and of the search [0].")
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda [auto].")] = None,
    dtype: Annotated[str | None, typer.Option(help="float64 or float32 [float64].")] = None,
    budget: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="End each trial in SECONDS.")
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print sweep.json on standard output, and the rest on standard error."
        ),
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Solve a problem many times, over seeds, settings and parameters, and compare.

    Ten seeds, and their mean and spread:

        pinn-metakan sweep heat --over seed=0..9

    Two networks with two widths, in two processes:

        pinn-metakan sweep heat --over network=kan,mlp --over network.widths=[8,8],[12,12] --jobs 2

    A search over two settings:

        pinn-metakan sweep burgers --search adam.learning_rate=log:1e-4..1e-1
        --search adam.steps=100..800 --trials 50

    The same command goes on with a sweep that was stopped or killed: trials that are over stay, and
    the others go on from their checkpoints. The same command on several machines, with one
    --storage that all reach, shares the trials among them.

    Each trial is a run folder, DIR/trial-000 and so on. The table is printed and written to
    DIR/sweep.csv and DIR/sweep.json, the figure to DIR/sweep.png; 'report DIR' makes a page of all.
    """
    wanted, searched = read_over(over), read_search(search)
    with loading():
        from pinn_metakan.sweeps.storage import require_optuna

        require_optuna()
        from pinn_metakan.cli.settings_file import refuse_another, refuse_unnamed_code
        from pinn_metakan.cli.sweep_display import SweepDisplay
        from pinn_metakan.errors import Interrupted
        from pinn_metakan.pde.catalogue import find_problem
        from pinn_metakan.pde.loading import load_problem
        from pinn_metakan.pde.overtime import LOOKING, ended_after
        from pinn_metakan.runs.interrupts import interrupted_status
        from pinn_metakan.settings.layers import read_settings
        from pinn_metakan.settings.sections import RunSettings
        from pinn_metakan.sweeps.sweep import sweep

    layers, run = [], RunSettings()
    if settings is not None:
        layer, run = read_settings(settings)
        layers.append(layer)
        stored = run.network if network is None else ""
        refuse_another(settings, run, find_problem(problem, problems or []).stem)
        refuse_unnamed_code(settings, stored, layer[1], part or [])
        if network is None and "network" in run.model_fields_set:
            network = run.network
    parameters = dict(run.parameters) | dict(parameter(text) for text in param or [])
    with ended_after(LOOKING if budget is None else budget):
        loaded = load_problem(problem, problems or [], parameters)
    command = shlex.join(["pinn-metakan", *sys.argv[1:]])
    try:
        with SweepDisplay(on_error=as_json, is_quiet=quiet) as display:
            result = sweep(
                loaded,
                network,
                over=wanted,
                search=searched,
                out=out or _folder_in_outputs(loaded.origin.name),
                trials=trials,
                minimize=minimize,
                prune=prune,
                jobs=jobs,
                storage=storage,
                settings=[*layers, *changes(set_)],
                seed=run.seed if seed is None else seed,
                device=run.device if device is None else device,
                dtype=run.dtype if dtype is None else dtype,
                budget=budget,
                parts=part or [],
                problems=problems or [],
                announce=display.announce,
                progress=display.progress,
                command=command,
            )
    except (Interrupted, KeyboardInterrupt):
        tell(f"pinn-metakan: interrupted; go on with: {command}")
        _end(interrupted_status())
    _close(result, as_json)


def _end(status: int) -> NoReturn:
    raise typer.Exit(status)


def _folder_in_outputs(problem: str) -> Callable[[str], Path]:
    """The folder of a sweep that names none: the same for the same sweep."""
    return lambda name: Path("outputs") / problem / f"sweep-{name.rpartition('-')[2]}"


def _close(result: "SweepResult", as_json: bool) -> None:
    from pinn_metakan.cli.sweep_display import group_lines, trial_lines

    if as_json:
        print_texts([result.table.json_text().rstrip()])
        return
    print_table(*trial_lines(result.table))
    print_lines(group_lines(result.table))
    print_lines([f"table: {result.folder / 'sweep.csv'}", f"figure: {result.folder / 'sweep.png'}"])
    print_lines([f"folder: {result.folder}"])
