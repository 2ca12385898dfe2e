"""The part of the command line that measures."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from pinn_metakan.benchmarks.defaults import default_lines
from pinn_metakan.benchmarks.memory import memory_lines
from pinn_metakan.benchmarks.step import jacobian_lines, step_lines

bench = typer.Typer(help="Measure, and print tables in Markdown.")

DeviceOption = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
DtypeOption = Annotated[str, typer.Option(help="float64 or float32.")]
RoundsOption = Annotated[int, typer.Option(min=1, help="How often each is timed.")]


@bench.command("step")
def bench_step_command(
    device: DeviceOption = "auto",
    dtype: DtypeOption = "float64",
    points: Annotated[int, typer.Option(min=1, help="Collocation points.")] = 4096,
    rounds: RoundsOption = 5,
) -> None:
    """Time a first-order step, and what it keeps: jets against autograd, MetaKAN against MLP."""
    _print_all(step_lines(device, dtype, points, rounds))


@bench.command("jacobian")
def bench_jacobian_command(
    device: DeviceOption = "auto",
    dtype: DtypeOption = "float64",
    points: Annotated[int, typer.Option(min=1, help="Collocation points.")] = 2000,
    rounds: RoundsOption = 3,
) -> None:
    """Time the Jacobian of the residual vector against torch.func."""
    _print_all(jacobian_lines(device, dtype, points, rounds))


@bench.command("memory")
def bench_memory_command(device: DeviceOption = "auto", dtype: DtypeOption = "float64") -> None:
    """Count what training [4,128,128,128,1] keeps in memory, KAN and MetaKAN."""
    _print_all(memory_lines(device, dtype))


@bench.command("defaults")
def bench_defaults_command(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Keeps the runs; what is complete stays.")
    ] = Path("outputs/bench-defaults"),
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 3,
    budget: Annotated[float, typer.Option(metavar="SECONDS", help="For each run.")] = 30.0,
    device: DeviceOption = "auto",
    problem: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="One of the table. Repeatable.")
    ] = None,
    variant: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A row of the table. Repeatable.")
    ] = None,
) -> None:
    """Solve the problems by families x coefficients: the table that defaults are chosen from."""

    def progress(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    arguments = (out, seeds, budget, device, problem or [], variant or [], progress)
    _print_all(default_lines(*arguments))


def _print_all(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)
