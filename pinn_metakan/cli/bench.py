"""The part of the command line that measures: a table of benchmarks, each with its own command."""

from importlib import import_module

import typer

from pinn_metakan.benchmarks.command import Measurement
from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.output import print_lines, tell

#: Names in the order of the help; the module of that name in `pinn_metakan.benchmarks.commands`
#: has the `command`.
BENCHMARKS = (
    "step",
    "jacobian",
    "memory",
    "processes",
    "defaults",
    "accuracy",
    "cases",
    "gallery",
    "opinion",
    "inverse",
    "laws",
    "feynman",
    "images",
    "ball",
    "large",
    "ablation",
    "compression",
    "numbers",
)


def _print(measurement: Measurement) -> None:
    with loading():
        lines = measurement(tell)
    print_lines(lines)


bench = typer.Typer(
    result_callback=_print,
    help="Measure, and print tables in Markdown.",
)

for _name in BENCHMARKS:
    bench.command(_name)(import_module(f"pinn_metakan.benchmarks.commands.{_name}").command)
