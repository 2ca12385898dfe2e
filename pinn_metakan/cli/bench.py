"""The part of the command line that measures: a table of benchmarks, each with its own command."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from pinn_metakan.benchmarks.command import Measurement
from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.output import print_lines, tell

#: Name -> the module below `pinn_metakan.benchmarks` that has its `command`, and the first line of
#: that command's help.
BENCHMARKS: dict[str, tuple[str, str]] = {
    "step": (
        "step",
        "Time a first-order step, and what it keeps: jets against autograd, MetaKAN against MLP.",
    ),
    "jacobian": ("jacobian", "Time the Jacobian of the residual vector against torch.func."),
    "memory": ("memory", "Count what training [4,128,128,128,1] keeps in memory, KAN and MetaKAN."),
    "defaults": (
        "defaults",
        "Solve the problems by families x coefficients: the table that defaults are chosen from.",
    ),
    "feynman": (
        "feynman.comparison",
        "Fit formulas of physics: KAN and MetaKAN, L-BFGS and Levenberg-Marquardt, test errors.",
    ),
    "images": (
        "images.comparison",
        "Classify images: KANs and MetaKANs, accuracy, parameters, time and memory.",
    ),
    "ball": (
        "ball",
        "Solve equations in the ball of up to 100 dimensions: errors, time and memory.",
    ),
    "ablation": (
        "ablation",
        "Change one part of a MetaKAN at a time: prompts, hidden width and function, "
        "meta-learners.",
    ),
    "compression": (
        "compression",
        "Make trained networks smaller by codebooks and by cutting edges: errors before and after.",
    ),
    "numbers": (
        "numbers",
        "Run problems x networks for seconds: residual, gradient, Jacobian, losses and errors.",
    ),
}


class BenchmarkGroup(TyperGroup):
    """The commands of the table, of which only the one that is asked for is imported."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Replace the name and help that the group knows by the command of the benchmark."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else command_of(name), rest


def command_of(name: str) -> Any:
    """Import a benchmark and make a command of its function `command`.

    Args:
        name: A key of `BENCHMARKS`.

    Returns:
        A command of typer's.
    """
    module, _ = BENCHMARKS[name]
    with loading():
        benchmark = import_module(f"pinn_metakan.benchmarks.{module}")
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(benchmark.command)
    return typer.main.get_command(alone)


def _print(measurement: Measurement) -> None:
    print_lines(measurement(tell))


bench = typer.Typer(
    cls=BenchmarkGroup,
    result_callback=_print,
    help="Measure, and print tables in Markdown.",
)


def _is_in_its_module() -> None:
    """Stand for a command where only names and help are shown."""


for _name, (_, _help) in BENCHMARKS.items():
    bench.command(_name, help=_help)(_is_in_its_module)
