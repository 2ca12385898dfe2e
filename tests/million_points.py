"""Trains on very many points, and prints the time of the processor and the peak of the memory."""

import resource
import sys
import time

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.training.progress import ProgressEntry


def gibibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def train(points: int, width: int) -> None:
    """Burgers' equation: two steps of Adam, one of Levenberg-Marquardt."""
    settings: dict[str, object] = {
        "network": {"widths": [width, width]},
        "points": {"interior": points, "first": 0, "boundary": 100, "initial": 100},
        "adam": {"steps": 2},
        "lm": {"steps": 1},
        "stages": ["adam", "lm"],
        "evaluation": {"shape": [21, 21]},
        "report_every": 1,
    }
    problem = load_problem("burgers")
    chosen = suggested_settings(problem, "metakan", [("many points", settings)])  # type: ignore[list-item]
    run = AssembledRun(problem, choose("metakan", chosen, 0, "cpu", "float64"))
    print(f"{run.network.n_parameters} parameters, {len(run.objective.vector())} residuals")
    last = time.process_time()

    def tell(entry: ProgressEntry) -> None:
        nonlocal last
        now = time.process_time()
        print(
            f"{entry.stage} {entry.loss:.3e} {now - last:.1f} s {gibibytes():.2f} GiB", flush=True
        )
        last = now

    run.trainer.run(lambda: None, tell)
    run.objective.redraw()
    print(f"new points {time.process_time() - last:.1f} s {gibibytes():.2f} GiB")
    print(f"peak {gibibytes():.3f} GiB")


if __name__ == "__main__":
    train(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 30)
