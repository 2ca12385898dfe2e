"""The command that draws a run: plot."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinn_metakan.cli.arithmetic import evaluate
from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.options import RunArgument
from pinn_metakan.cli.output import print_lines
from pinn_metakan.errors import UserError

if TYPE_CHECKING:
    from pinn_metakan.plotting.animation import FrameProgress
    from pinn_metakan.results.field import Field

drawing = typer.Typer()


@drawing.command("plot")
def plot_command(
    run: RunArgument,
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            metavar="NAME",
            help="Draw only this: an unknown with its reference and error, or one field, such as "
            "u_error, u_log_error, u_disagreement or residual_<equation>. Repeatable.",
        ),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="k=v[,k=v]",
            help="Draw the solution where coordinates have these values, such as t=.5 or x=pi/4. "
            "Repeatable.",
        ),
    ] = None,
    animate: Annotated[
        bool, typer.Option("--animate", help="Draw how it changes with time, and only that.")
    ] = False,
    activations: Annotated[
        bool,
        typer.Option(
            "--activations", help="Draw the edge functions, and how prompts change them, too."
        ),
    ] = False,
    format: Annotated[
        str | None,
        typer.Option(
            help="png, pdf or svg [png]; with --animate gif [gif], or mp4 where ffmpeg is "
            "installed."
        ),
    ] = None,
    dpi: Annotated[int, typer.Option(metavar="N", help="Resolution in dots per inch.")] = 110,
    show: Annotated[bool, typer.Option("--show", help="Open what was drawn.")] = False,
) -> None:
    """Redraw every figure of a run from its solution.h5, or draw what is asked for."""
    places = _places(at or [])
    with loading():
        from pinn_metakan.plotting.figure_files import refuse_other_formats
        from pinn_metakan.plotting.figures import draw_activations, draw_all, draw_chosen
        from pinn_metakan.runs.folder import RunFolder

    field = RunFolder(run).read_field()
    if activations and not field.activations:
        raise UserError(
            f"{run} has no edge functions to draw: its network has none, or it was solved by an "
            "earlier version"
        )
    if activations and (animate or names or places):
        raise UserError("--activations goes with none of --field, --at and --animate")
    figure_format = "png" if format is None or animate else format
    refuse_other_formats(figure_format, dpi)
    if animate:
        paths = [_animated(field, run, names or [], places, format or "gif", dpi)]
    elif names or places:
        paths = [draw_chosen(field, run, names or [], places, figure_format, dpi)]
    else:
        paths = draw_all(field, run, figure_format, dpi)
    if activations:
        paths += draw_activations(field, run, figure_format, dpi)
    print_lines(map(str, paths))
    if show:
        _open(paths)


def _animated(
    field: "Field",
    run: Path,
    names: list[str],
    places: dict[str, float],
    format: str,
    dpi: int,
) -> Path:
    from pinn_metakan.plotting.animation import write_animation
    from pinn_metakan.plotting.figures import file_name

    path = run / f"{file_name('animation', names, places)}.{format}"
    with _frame_bar() as progress:
        write_animation(field, path, names, places, dpi, progress)
    return path


@contextmanager
def _frame_bar() -> "Iterator[FrameProgress]":
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("frames", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _open(paths: list[Path]) -> None:
    for path in paths:
        if typer.launch(str(path.resolve())) != 0:
            raise UserError(
                f"--show: nothing is installed here that opens {path.name}; it is written, open it "
                f"by hand: {path}"
            )


def _places(texts: list[str]) -> dict[str, float]:
    """Read what --at was given: pairs of a coordinate and a number, separated by commas."""
    places: dict[str, float] = {}
    for text in texts:
        for pair in text.split(","):
            name, separator, number = (part.strip() for part in pair.partition("="))
            value = evaluate(number)
            if not separator or not name or value is None:
                raise UserError(f"--at {text}: expected k=v[,k=v], such as t=.5 or x=pi/4,t=.5")
            if name in places:
                raise UserError(f"--at {text}: {name} is there twice")
            places[name] = float(value)
    return places
