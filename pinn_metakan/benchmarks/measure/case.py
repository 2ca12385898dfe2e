"""A problem and a network that are trained for some time, on one thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.benchmarks.measure.errors_in_time import errors_while_training
from pinn_metakan.benchmarks.measure.machine import one_thread
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import suggested_settings
from pinn_metakan.settings.layers import Layer

DTYPE = "float64"
#: A short run comes before each, so that what torch imports with its first steps is there.
_FIRST: Layer = (
    "benchmark",
    {
        "points": {"interior": 50, "boundary": 20},
        "adam": {"steps": 1},
        "lm": {"steps": 1},
        "release": {"steps": 0},
    },
)
_FIRST_SECONDS = 5.0
#: Errors are measured while the clock stands, so the history needs none of its own.
NO_HISTORY: Layer = ("benchmark", {"report_every": 10**9})


@dataclass(frozen=True)
class Case:
    """What is run with several seeds.

    Args:
        row: Name of the row in a table.
        problem: What is solved; it has a reference.
        network: Name of the network.
        layers: Settings beside the defaults and the problem's own.
        seconds: When training ends [s].
        device: Where it computes.
    """

    row: str
    problem: Problem
    network: str
    layers: Sequence[Layer]
    seconds: float
    device: torch.device

    def key(self, seed: int) -> list[object]:
        """All that a result depends on; the settings as they are in the end."""
        settings = suggested_settings(self.problem, self.network, self.layers).as_dict()
        parameters = dict(self.problem.parameters)
        return [
            *(self.problem.origin.name, parameters, self.network, settings),
            *(seed, self.seconds, self.device.type),
        ]

    def trained(self, seed: int, progress: Progress) -> dict[str, Any]:
        """Train, and measure the error after each step.

        Args:
            seed: Of all that is random.
            progress: Told why a run failed.

        Returns:
            Numbers of parameters and steps, seconds of training and errors, and why it ended.
        """

        def assembled(layers: Sequence[Layer]) -> AssembledRun:
            return run_of(self.problem, self.network, layers, str(self.device), DTYPE, seed)

        with one_thread():
            short = assembled([*self.layers, _FIRST])
            errors_while_training(short, _FIRST_SECONDS, lambda text: None)
            run = assembled(self.layers)
            n_parameters = run.network.n_parameters
            seconds, errors = errors_while_training(run, self.seconds, progress)
        return {
            "n_parameters": n_parameters,
            "n_parameters_at_the_end": run.network.n_parameters,
            "trained": seconds[-1],
            "steps": run.record.step,
            "seconds": seconds,
            "errors": errors,
            "stop_reason": run.trainer.verdict.sentence if run.trainer.verdict else "failed",
        }
