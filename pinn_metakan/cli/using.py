"""Commands that use a run: probe, export, compare."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinn_metakan.cli.arithmetic import evaluate
from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.opened import opened
from pinn_metakan.cli.options import (
    FileArgument,
    LookingOption,
    PartOption,
    ProblemsOption,
    RunArgument,
)
from pinn_metakan.cli.output import print_lines
from pinn_metakan.errors import UserError
from pinn_metakan.pde.overtime import LOOKING, ended_after

if TYPE_CHECKING:
    from pinn_metakan.results.metrics import Array
    from pinn_metakan.runs.solution import Solution

using = typer.Typer()


@using.command("probe")
def probe_command(
    run: RunArgument,
    file: FileArgument = None,
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="x=.5,t=.2", help="A point: a number per coordinate. Repeatable."),
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Points: a column of numbers per coordinate."),
    ] = None,
    derivative: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A derivative such as u_x or laplacian_u, or an expression such as 'u*u_x', too. "
            "Repeatable.",
        ),
    ] = None,
    extrapolate: Annotated[
        bool, typer.Option("--extrapolate", help="Evaluate points outside of the domain, too.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Where the values go [printed].")
    ] = None,
    problems: ProblemsOption = None,
    part: PartOption = None,
    budget: LookingOption = LOOKING,
) -> None:
    """Evaluate the network of a run, and derivatives, at points; NaN outside of the domain.

    This runs the code of the problem, once its SHA-256 has been found to be the run's.
    """
    _refuse_unless(
        bool(at) != (points is not None), "probe needs points: --at x=.5,t=.2 or --points FILE.csv"
    )
    with loading():
        from pinn_metakan.results.table import read_table, table_text, write_table

    given = [_place(text) for text in at or []]
    with ended_after(budget):
        solution = opened(run, file, problems, part)
        names = solution.field.column_names
        if points is not None:
            columns = read_table(points)
            _refuse_missing(names, list(columns), f"{points} has no column")
        else:
            columns = _as_columns(given, names)
        table = columns | _values(solution, columns, derivative or [], extrapolate)
    if out is None:
        print_lines(table_text(table).splitlines())
    else:
        write_table(out, table)
        print_lines([str(out)])


@using.command("export")
def export_command(
    run: RunArgument,
    file: FileArgument = None,
    to: Annotated[
        str,
        typer.Option(
            metavar="vtkhdf|nc|csv|pt2",
            help="vtkhdf for ParaView; nc for tools that read netCDF and CF; csv, a row per point; "
            "pt2, the network as a program of torch.export, which runs the code of the problem.",
        ),
    ] = "vtkhdf",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file [RUN/solution.<format>].")
    ] = None,
    problems: ProblemsOption = None,
    part: PartOption = None,
    budget: LookingOption = LOOKING,
) -> None:
    """Write a run's solution in the format of other programs."""
    with loading():
        from pinn_metakan.results.export import FORMATS, export_field
        from pinn_metakan.runs.folder import RunFolder

    path = out or run / f"solution.{to}"
    if to == "pt2":
        with ended_after(budget):
            opened(run, file, problems, part).export(path)
    elif to in FORMATS:
        export_field(path, RunFolder(run).read_field(), to)
    else:
        raise UserError(f"no format {to!r}; choose one of {', '.join([*FORMATS, 'pt2'])}")
    print_lines([str(path)])


@using.command("compare")
def compare_command(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN RUN|FILE...", help="Runs, or files of values: csv, nc."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the figures go.")] = Path(
        "outputs/compare"
    ),
) -> None:
    """Compare runs with the first: errors, times, parameters, and by how much solutions differ.

    A file of values has a column, or a variable, for each coordinate and for an unknown. Nothing
    is executed: where points are not the same, values on the grid of a run are interpolated.
    """
    _refuse_unless(len(runs) > 1, "compare needs two runs, or a run and a file of values")
    with loading():
        from pinn_metakan.benchmarks.measure.places import prepare_folder
        from pinn_metakan.plotting.comparison import FIGURES, draw_comparison
        from pinn_metakan.results.comparison import compare
        from pinn_metakan.runs.compared import read_compared

    comparison = compare([read_compared(path) for path in runs])
    prepare_folder(out, list(FIGURES))
    print_lines(comparison.lines())
    print_lines(str(path) for path in draw_comparison(comparison, out))


def _values(
    solution: "Solution", columns: "dict[str, Array]", quantities: list[str], extrapolate: bool
) -> "dict[str, Array]":
    """Unknowns, and derivatives or expressions, at points."""
    asked = {name: columns[name] for name in solution.field.column_names}
    values = dict(solution(extrapolate=extrapolate, **asked))
    for quantity in quantities:
        found = solution.derivative(quantity, extrapolate=extrapolate, **asked)
        values |= {quantity: found} if found.ndim == 1 else _components(quantity, found)
    return values


def _place(text: str) -> dict[str, float]:
    found = {}
    for pair in text.split(","):
        name, separator, value = pair.partition("=")
        number = evaluate(value)
        if not (separator and name.strip()) or number is None:
            raise UserError(f"--at: expected a number per coordinate, x=.5,t=.2, got {text!r}")
        found[name.strip()] = float(number)
    return found


def _as_columns(given: list[dict[str, float]], names: tuple[str, ...]) -> "dict[str, Array]":
    import numpy as np

    for place in given:
        _refuse_missing(names, list(place), "--at has no coordinate")
        for name in place:
            if name not in names:
                raise UserError(f"--at: no coordinate {name!r}; there are {', '.join(names)}")
    return {name: np.array([place[name] for place in given]) for name in names}


def _refuse_unless(is_given: bool, message: str) -> None:
    if not is_given:
        raise UserError(message)


def _refuse_missing(names: tuple[str, ...], found: list[str], what: str) -> None:
    for name in names:
        if name not in found:
            raise UserError(f"{what} {name}; it has {', '.join(found)}")


def _components(quantity: str, values: "Array") -> "dict[str, Array]":
    return {f"{quantity}_{k}": column for k, column in enumerate(values.T, start=1)}
