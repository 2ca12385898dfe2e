"""A process of a run that stops at a step: FOLDER STEP [PROBLEM FLAGS...]; without, it goes on."""

import sys
from pathlib import Path

from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.progress import ProgressEntry

folder, stop, *first = sys.argv[1:]


def progress(entry: ProgressEntry) -> Verdict | None:
    return Verdict(Outcome.STOPPED, "enough") if entry.step >= int(stop) else None


if first:
    pairs = (flag.removeprefix("--set=").split("=") for flag in first[1:])
    values = {key: [int(v) for v in value.strip("[]").split(",")] for key, value in pairs}
    settings = {
        key: value if key[-5:] in ("idths", "shape") else value[0] for key, value in values.items()
    }
    solve(load_problem(first[0]), settings=settings, out=Path(folder), progress=progress)
else:
    resume(folder, progress=progress)
