"""Trains on very many points, and prints the time of the processor and the peak of the memory."""

import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.row_passes import ChunkedRows
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.training.progress import ProgressEntry

#: What passes over all points, by its name in what is printed.
PASSES = {
    "r": (Objective, "vector"),
    "J^T J": (ChunkedRows, "blocks"),
    "J s": (ChunkedRows, "pushed"),
    "J^T v": (ChunkedRows, "pulled"),
}


def gibibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def counted(passes: "Counter[str]", seconds: "Counter[str]") -> None:
    """Count the passes over all points from now on, and take their time."""

    def count(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            passes[name] += 1
            begin = time.process_time()
            found = function(*arguments)
            seconds[name] += time.process_time() - begin
            return timed(found, name) if isinstance(found, Iterator) else found

        return call

    def timed(blocks: Iterator[Any], name: str) -> Iterator[Any]:
        begin = time.process_time()
        yield from blocks
        seconds[name] += time.process_time() - begin  # with what is done with the blocks

    for name, (owner, method) in PASSES.items():
        setattr(owner, method, count(name, getattr(owner, method)))


def train(points: int, width: int) -> None:
    """Burgers' equation: two steps of Adam, one of Levenberg-Marquardt."""
    settings: dict[str, object] = {
        "network": {"widths": [width, width]},
        "points": {"interior": points, "first": 0, "boundary": 100, "initial": 100},
        "adam": {"steps": 2},
        "lm": {"steps": 1, "max_numbers": 1},
        "stages": ["adam", "lm"],
        "evaluation": {"shape": [21, 21]},
        "report_every": 1,
    }
    problem = load_problem("burgers")
    chosen = suggested_settings(problem, "metakan", [("many points", settings)])  # type: ignore[list-item]
    run = AssembledRun(problem, choose("metakan", chosen, 0, "cpu", "float64"))
    print(f"{run.network.n_parameters} parameters, {len(run.objective.vector())} residuals")
    last, passes, seconds = time.process_time(), Counter[str](), Counter[str]()
    counted(passes, seconds)

    def tell(entry: ProgressEntry) -> None:
        nonlocal last
        now = time.process_time()
        done = ", ".join(f"{passes[name]} {name} {seconds[name]:.1f} s" for name in passes)
        print(
            f"{entry.stage} {entry.loss:.3e} {now - last:.1f} s {gibibytes():.2f} GiB; {done}",
            flush=True,
        )
        passes.clear()
        seconds.clear()
        last = now

    run.trainer.run(lambda: None, tell)
    last = time.process_time()
    run.objective.redraw()
    print(f"new points {time.process_time() - last:.1f} s {gibibytes():.2f} GiB")
    print(f"peak {gibibytes():.3f} GiB")


if __name__ == "__main__":
    train(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 30)
