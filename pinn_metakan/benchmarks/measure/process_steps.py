"""A process of several that take steps together when they are told to, and tell what these took."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from pinn_metakan.benchmarks.measure.assembled import least_squares_step, run_of
from pinn_metakan.optimizers.communicator import Communicator
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.processes import join_processes, present_processes
from pinn_metakan.settings.sections import Settings
from pinn_metakan.training.least_squares import BestSeen


class Counted(Communicator):
    """Processes whose exchanges are counted.

    Args:
        processes: The processes.
    """

    def __init__(self, processes: Communicator):
        self._processes = processes
        self.number, self.count = processes.number, processes.count
        self.exchanges = self.bytes = 0

    def summed(self, part: Tensor) -> Tensor:
        """Sum of the parts of all; see `Communicator.summed`."""
        return self._processes.summed(self._noted(part))

    def gathered(self, rows: Tensor) -> Tensor:
        """Rows of all; see `Communicator.gathered`."""
        return self._processes.gathered(self._noted(rows))

    def agreed(self, values: Tensor) -> Tensor:
        """Values of the first; see `Communicator.agreed`."""
        return self._processes.agreed(self._noted(values))

    def _noted(self, sent: Tensor) -> Tensor:
        self.exchanges += 1
        self.bytes += sent.numel() * sent.element_size()
        return sent


def _gradient_step(run: AssembledRun) -> Callable[[], object]:
    best = BestSeen(run.trainer.least_squares)
    return lambda: float(best.gradient())


def serve(core: int, problem: str, points: int) -> None:
    """Take a step for each line of standard input, "lm" or "gradient", and tell what it took.

    Args:
        core: The one that this process may use.
        problem: Name of the problem.
        points: Points of the equations, of all processes together.
    """
    os.sched_setaffinity(0, {core})
    torch.set_num_threads(1)
    settings: dict[str, Any] = {"points": {"interior": points, "first": 0}}
    settings |= {"evaluation": {"points": 100, "history_points": 100}}
    timeout = Settings.model_fields["process_timeout"].default
    join_processes(torch.device("cpu"), timeout)
    processes = Counted(present_processes())
    run = run_of(load_problem(problem), "metakan", settings, "cpu", "float64", 0, processes)
    steps: dict[str, Callable[[], object]] = {
        "lm": least_squares_step(run),
        "gradient": _gradient_step(run),
    }
    for step in steps.values():
        step()
    _tell({"parameters": run.network.n_parameters})
    for line in sys.stdin:
        step = steps[line.strip()]
        processes.summed(torch.zeros(1))  # all begin together
        processes.exchanges = processes.bytes = 0
        wall, own = time.perf_counter(), time.process_time()
        step()
        took = {"wall": time.perf_counter() - wall, "own": time.process_time() - own}
        _tell({**took, "exchanges": processes.exchanges, "bytes": processes.bytes})


def _tell(numbers: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(numbers) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
