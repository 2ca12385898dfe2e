"""Commands that tell how sure unknown numbers and functions are: profile, posterior."""

from typing import Annotated

import typer

from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.opened import opened
from pinn_metakan.cli.options import (
    FileArgument,
    LookingOption,
    PartOption,
    ProblemsOption,
    RunArgument,
)
from pinn_metakan.cli.output import print_lines, tell
from pinn_metakan.pde.overtime import LOOKING, ended_after

uncertainty = typer.Typer()


@uncertainty.command("profile")
def profile_command(
    run: RunArgument,
    file: FileArgument = None,
    of: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An unknown number; twice for a region of two."),
    ] = None,
    problems: ProblemsOption = None,
    part: PartOption = None,
    budget: LookingOption = LOOKING,
) -> None:
    """Hold an unknown number at values about its estimate, fit the rest again, see what data say.

    Writes RUN/profile-NAME.json, .csv and .png: the rise of chi-square, and the interval of 95 %.
    This runs the code of the problem, once its SHA-256 has been found to be the run's.
    """
    with ended_after(budget):
        solution = opened(run, file, problems, part)
    with loading():
        from pinn_metakan.files import write_text
        from pinn_metakan.plotting.figure_files import write_figures
        from pinn_metakan.plotting.profile import profile_figure
        from pinn_metakan.runs.ending import owned
        from pinn_metakan.runs.folder import RunFolder
        from pinn_metakan.runs.profile import profile_likelihood

    names = of or list(solution.estimates)[:1]
    with owned(RunFolder(run)):
        found = profile_likelihood(solution, names, tell)
        print_lines(found.lines())
        name = "-".join(["profile", *names])
        for ending, text in (("json", found.as_json()), ("csv", found.as_csv())):
            write_text(run / f"{name}.{ending}", text)
        written = write_figures({name: profile_figure(found)}, run)
    print_lines(map(str, [run / f"{name}.json", run / f"{name}.csv", *written]))


@uncertainty.command("posterior")
def posterior_command(
    run: RunArgument,
    file: FileArgument = None,
    count: Annotated[int, typer.Option(min=2, help="How many fits.")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the noise of the first fit.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that fit at once.")] = 1,
    problems: ProblemsOption = None,
    part: PartOption = None,
    budget: LookingOption = LOOKING,
) -> None:
    """Fit data with other noise many times, from the run's fit: how far numbers scatter.

    Fits are kept in RUN/posterior.jsonl as they come: the same command goes on after an interrupt,
    and a larger --count adds to them. Writes RUN/posterior.json, .csv and .png. This runs the code
    of the problem, once its SHA-256 has been found to be the run's.
    """
    with ended_after(budget):
        solution = opened(run, file, problems, part)
    with loading():
        from pinn_metakan.files import write_text
        from pinn_metakan.plotting.ensemble import ensemble_figure
        from pinn_metakan.plotting.figure_files import write_figures
        from pinn_metakan.runs.ending import owned
        from pinn_metakan.runs.folder import RunFolder
        from pinn_metakan.runs.posterior_ensemble import posterior_ensemble

    kept = run / "posterior.jsonl"
    seeds = range(seed, seed + count)
    with owned(RunFolder(run)):
        found = posterior_ensemble(solution, seeds, kept=kept, jobs=jobs, progress=tell)
        print_lines(found.lines())
        for ending, text in (("json", found.as_json()), ("csv", found.as_csv())):
            write_text(run / f"posterior.{ending}", text)
        written = write_figures({"posterior": ensemble_figure(found)}, run)
    print_lines(map(str, [kept, run / "posterior.json", run / "posterior.csv", *written]))
