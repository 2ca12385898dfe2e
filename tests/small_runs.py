"""What tests of several rooms share: problems, settings that solve in a second, an interrupt."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pinn_metakan.training.progress import ProgressEntry

SHIPPED = Path(__file__).parents[1] / "problems"
PROBLEM_NAMES = sorted(path.stem for path in SHIPPED.glob("[!_]*.py"))
#: Those that stand for all where each network is tried: a ball, an ordinary equation of fourth
#: order, a front, a system.
CHOSEN_NAMES = ["ball_poisson", "beam", "burgers", "heat", "poisson", "volterra"]

#: Settings under which a solve takes a second.
FAST: dict[str, object] = {
    "network": {"widths": [4]},
    "points": {"interior": 60, "boundary": 20, "initial": 20},
    "adam": {"steps": 4},
    "lbfgs": {"steps": 3},
    "lm": {"steps": 3},
    "release": {"steps": 0},
    "evaluation": {"shape": [11, 11], "points": 100},
    "report_every": 2,
}


def small_evaluation(dimension: int, count: int = 11) -> dict[str, object]:
    """Settings of an error that is measured on few points."""
    return {"evaluation": {"shape": [count] * dimension, "points": 100}}


#: No step of training: the field is g, of which all is known.
NO_STEPS: dict[str, object] = {
    "adam": {"steps": 0},
    "lm": {"steps": 0},
    "release": {"steps": 0},
    "points": {"interior": 20, "boundary": 20, "initial": 20},
}
FAST_FLAGS = [
    "--set=network.widths=[4]",
    "--set=points.interior=60",
    "--set=adam.steps=4",
    "--set=lm.steps=3",
    "--set=release.steps=0",
    "--set=evaluation.shape=[11,11]",
    "--set=report_every=2",
]

#: The names of the files in the folder of a finished run, of a domain with a grid.
RUN_FILES = {
    "solution.h5",
    "report.json",
    "history.jsonl",
    "settings.toml",
    "checkpoint.safetensors",
    "solution.png",
    "history.png",
    "profiles.png",
    "report.html",
}


def stop_at(step: int) -> Callable[[ProgressEntry], None]:
    """Interrupt a run as Ctrl-C does, at a step."""

    def progress(report: ProgressEntry) -> None:
        if report.step == step:
            os.kill(os.getpid(), signal.SIGINT)

    return progress


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start the command line in a process of its own, in a folder.

    Ctrl-C reaches it, even where these tests run in the background and do not hear it themselves.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "pinn_metakan", *arguments],
        cwd=folder, env=os.environ | {"OMP_NUM_THREADS": "1"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
