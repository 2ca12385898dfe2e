"""Sweeps that are killed at random moments lose no trial and make none twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST_FLAGS, start

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve
from pinn_metakan.sweeps.storage import open_study

#: A heat problem whose runs take a second or two, and write checkpoints all the time.
FLAGS = [*FAST_FLAGS, "--set=lm.steps=15", "--set=checkpoint_seconds=0.05", "--set=lift.steps=0"]


def command(count: int, *options: str) -> list[str]:
    return ["sweep", "heat", f"--over=seed=0..{count - 1}", "--out=swept", *FLAGS, *options]


def states(folder: Path) -> list[str]:
    try:
        told = json.loads((folder / "swept" / "sweep.json").read_text())
    except FileNotFoundError:
        return []
    return [row["state"] for row in told["trials"]]


def attempts_that_ended(folder: Path, storage: str) -> list[int]:
    """Trials of which an attempt was finished, once for each time that one was."""
    name = json.loads((folder / "swept" / "sweep.json").read_text())["sweep"]
    _, study = open_study(storage, name)
    trials = study.get_trials(deepcopy=False)
    return sorted(t.user_attrs["trial"] for t in trials if t.state.name == "COMPLETE")


def kill_when(process: "subprocess.Popen[str]", folder: Path, count: int, after: float) -> None:
    """Kill a sweep a while after so many of its trials have been begun."""
    deadline = time.monotonic() + 400
    while len([s for s in states(folder) if s != "waiting"]) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(after)
    process.kill()
    process.communicate()


def test_a_killed_trial_is_finished_by_the_same_command(tmp_path: Path) -> None:
    process = start(tmp_path, *command(1))
    kill_when(process, tmp_path, 1, 0.0)
    assert states(tmp_path) == ["running"]
    process = start(tmp_path, *command(1))
    _, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    assert states(tmp_path) == ["finished"]
    assert attempts_that_ended(tmp_path, f"journal:{tmp_path}/swept/sweep.journal") == [0]


@pytest.mark.slow
def test_a_killed_sweep_goes_on_where_it_was(tmp_path: Path) -> None:
    process = start(tmp_path, *command(2))
    kill_when(process, tmp_path, 1, 0.5)
    assert "finished" not in states(tmp_path)[1:]
    process = start(tmp_path, *command(2))
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    assert states(tmp_path) == ["finished", "finished"]
    assert attempts_that_ended(tmp_path, f"journal:{tmp_path}/swept/sweep.journal") == [0, 1]
    assert "mean and standard deviation of 2" in out
    settings = {
        "network.widths": [4], "points.interior": 60, "adam.steps": 4, "lm.steps": 15,
        "release.steps": 0, "lift.steps": 0, "evaluation.shape": [11, 11], "report_every": 2,
    }  # fmt: skip
    alone = solve(load_problem("heat"), settings=settings, seed=0)
    np.testing.assert_array_equal(open_run(tmp_path / "swept" / "trial-000")["u"], alone["u"])


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("storage", ["journal:s.journal", "sqlite:///s.db"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_twelve_trials_killed_three_times_are_twelve_finished_trials(
    jobs: int, storage: str, tmp_path: Path
) -> None:
    chance = random.Random(jobs)
    asked = command(12, f"--jobs={jobs}", f"--storage={storage}")
    for kill in range(3):
        process = start(tmp_path, *asked)
        kill_when(process, tmp_path, 1 + 3 * kill, chance.uniform(0.0, 3.0))
    process = start(tmp_path, *asked)
    _, err = process.communicate(timeout=1500)
    assert (process.returncode, err) == (0, "")
    assert states(tmp_path) == ["finished"] * 12
    os.chdir(tmp_path)
    assert attempts_that_ended(tmp_path, storage) == list(range(12))
    for seed in range(12):
        assert open_run(tmp_path / "swept" / f"trial-{seed:03d}").attributes["seed"] == seed


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_two_sweeps_at_once_share_the_trials(tmp_path: Path) -> None:
    asked = command(6, "--storage=sqlite:///s.db")
    both = [start(tmp_path, *asked), start(tmp_path, *asked)]
    for process in both:
        _, err = process.communicate(timeout=1500)
        assert (process.returncode, err) == (0, "")
    assert states(tmp_path) == ["finished"] * 6
    os.chdir(tmp_path)
    assert attempts_that_ended(tmp_path, "sqlite:///s.db") == list(range(6))


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_ctrl_c_ends_workers_and_the_same_command_goes_on(tmp_path: Path) -> None:
    process = start(tmp_path, *command(3, "--jobs=2"))
    while not any((tmp_path / "swept").glob("trial-*/checkpoint.safetensors")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "pinn-metakan: interrupted; go on with: pinn-metakan sweep heat" in err
    assert "running" not in states(tmp_path)
    process = start(tmp_path, *command(3, "--jobs=2"))
    process.communicate(timeout=1500)
    assert process.returncode == 0
    assert states(tmp_path) == ["finished"] * 3


def test_nothing_imports_optuna_before_a_sweep_needs_it() -> None:
    script = (
        "import sys, pinn_metakan, pinn_metakan.cli.app\n"
        "from pinn_metakan import SearchRange, SweepResult, sweep\n"
        "assert 'optuna' not in sys.modules, 'it is imported'\n"
        "sys.modules['optuna'] = None\n"
        "from pinn_metakan.cli import main\n"
        "main(['sweep', 'heat', '--over=seed=0..1'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        'pinn-metakan: optuna is not installed: pip install "pinn_metakan[sweep]"\n'
    )
