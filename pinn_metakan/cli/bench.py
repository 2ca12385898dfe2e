"""The part of the command line that measures: a table of benchmarks, each with its own command."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

import typer

from pinn_metakan.benchmarks.command import Measurement
from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.output import print_texts, tell

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
    print_texts(lines)


def _tried(command: Callable[..., Measurement]) -> Callable[..., Measurement]:
    """The command; options that no run can have are refused before anything is told or written."""

    @wraps(command)
    def tried(**options: Any) -> Measurement:
        with loading():
            from pinn_metakan.runs.choices import choose
            from pinn_metakan.settings.layers import build_settings, parse_pair

        network = options.get("network")
        layers = [parse_pair(pair) for pair in options.get("set_") or []]
        if not isinstance(network, str):  # several, each of which has a section of its own
            layers = [
                (of, {k: v for k, v in told.items() if k != "network"}) for of, told in layers
            ]
            network = "kan"
        device, dtype = options.get("device", "cpu"), options.get("dtype", "float32")
        choose(network, build_settings(network, layers), 0, device, dtype)
        return command(**options)

    return tried


bench = typer.Typer(
    result_callback=_print,
    help="Measure, and print tables in Markdown.",
)

for _name in BENCHMARKS:
    _command = import_module(f"pinn_metakan.benchmarks.commands.{_name}").command
    bench.command(_name)(_tried(_command))
