"""Runs of several processes: who writes, who tells, and how they end."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from launched_processes import begin, ended, history, solve
from small_runs import FAST_FLAGS, RUN_FILES

from pinn_metakan.cli.exit_status import run as command
from pinn_metakan.training.checkpoint import load_checkpoint


def step_in(run: Path) -> int:
    """The step of the checkpoint of a run; 0 where there is none yet."""
    path = run / "checkpoint.safetensors"
    return int(load_checkpoint(path)["record"]["step"]) if path.is_file() else 0


def wait_for_step(run: Path, step: int, processes: "Sequence[subprocess.Popen[str]]") -> None:
    deadline = time.monotonic() + 200
    while step_in(run) < step:
        assert all(process.poll() is None for process in processes), ended(processes)
        assert time.monotonic() < deadline, "no checkpoint of that step"
        time.sleep(0.05)


def test_a_process_that_dies_ends_all_with_a_line_and_a_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = ["--set=adam.steps=4000", "--set=checkpoint_seconds=0.1"]
    processes = solve(tmp_path, 2, "solve", "poisson", "--out", "run", *FAST_FLAGS, *long)
    wait_for_step(tmp_path / "run", 1, processes)
    processes[1].kill()
    statuses, _, told = ended(processes)
    assert statuses == [1, -signal.SIGKILL]
    (line,) = told[0].splitlines()
    assert line.startswith("pinn-metakan: process 0 has lost one of the other 1: it has ended")
    assert line.endswith("; go on with: pinn-metakan resume run")
    before = step_in(tmp_path / "run")
    assert not list((tmp_path / "run").glob(".*")), "no half-written file"
    assert command(["resume", str(tmp_path / "run"), "--budget=1"]) == 0
    assert step_in(tmp_path / "run") >= before > 0
    assert "relative L2 error of u" in capsys.readouterr().out


@pytest.mark.slow
def test_the_first_process_writes_what_one_would(tmp_path: Path) -> None:
    arguments = ["solve", "poisson", *FAST_FLAGS]
    statuses, printed, told = ended(solve(tmp_path, 2, *arguments, "--out", "run"))
    assert (statuses, printed[1], told) == ([0, 0], "", ["", ""])
    assert "processes   2, each with its share of the points" in printed[0]
    assert printed[0].splitlines()[-1] == "folder: run"
    assert RUN_FILES - {"profiles.png"} <= {path.name for path in (tmp_path / "run").iterdir()}
    assert command([*arguments, "-q", "--out", str(tmp_path / "alone")]) == 0
    pairs = zip(history(tmp_path / "run"), history(tmp_path / "alone"), strict=True)
    for together, alone in pairs:
        assert together["step"] == alone["step"]
        assert together["loss"] == pytest.approx(alone["loss"], rel=1e-8)


@pytest.mark.slow
def test_a_run_goes_on_with_other_numbers_of_processes(tmp_path: Path) -> None:
    """Four, one, two: as one from its beginning to its end."""
    folder, flags = tmp_path / "run", [*FAST_FLAGS, "--set=report_every=1"]
    flags += ["--set=adam.steps=30", "--set=lm.steps=9", "--set=lm.redraw_every=4"]
    for number, (count, stop) in enumerate([(4, 12), (1, 34), (2, 10**9)]):
        worker = [str(Path(__file__).parents[1] / "stopped_run.py"), "run", str(stop)]
        first = ["burgers", *flags] if number == 0 else []
        statuses, _, told = ended(begin(tmp_path, count, *worker, *first))
        assert (statuses, told) == ([0] * count, [""] * count)
    assert command(["solve", "burgers", "-q", "--out", str(tmp_path / "alone"), *flags]) == 0
    found, alone = history(folder), history(tmp_path / "alone")
    assert [entry["step"] for entry in found] == [entry["step"] for entry in alone]
    for together, one in zip(found[:33], alone[:33], strict=True):
        assert together["loss"] == pytest.approx(one["loss"], rel=1e-8)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_runs_whose_processes_are_killed_go_on(tmp_path: Path) -> None:
    """Twenty times, the first or the second process, at moments from 0 to 2 s after a step."""
    run, moments = tmp_path / "run", random.Random(0)
    flags = [*FAST_FLAGS, "--set=adam.steps=100000", "--set=checkpoint_seconds=0.01"]
    processes = solve(tmp_path, 2, "solve", "poisson", "--out=run", *flags)
    last = 0
    for number in range(20):
        wait_for_step(run, last + 1, processes)
        time.sleep(moments.uniform(0.0, 2.0))
        killed = number % 2
        processes[killed].kill()
        statuses, _, told = ended(processes)
        assert statuses[killed] == -signal.SIGKILL
        assert statuses[1 - killed] == 1
        (line,) = told[1 - killed].splitlines()
        assert line.endswith("; go on with: pinn-metakan resume run")
        reached = step_in(run)
        assert reached > last
        last = reached
        for path in run.glob(".*"):  # of a process that was killed while it wrote
            path.unlink()
        assert all(path.stat().st_size for path in run.iterdir())
        processes = solve(tmp_path, 2, "resume", "run")
    wait_for_step(run, last + 1, processes)
    processes[0].send_signal(signal.SIGTERM)  # one of them is enough
    assert ended(processes)[0] == [143, 143]
    assert step_in(run) > last


@pytest.mark.slow
def test_a_process_that_does_not_answer_ends_all(tmp_path: Path) -> None:
    long = ["--set=adam.steps=100000", "--set=checkpoint_seconds=0.1", "--set=process_timeout=8"]
    processes = solve(tmp_path, 2, "solve", "poisson", "--out=run", *FAST_FLAGS, *long)
    wait_for_step(tmp_path / "run", 1, processes)
    processes[1].send_signal(signal.SIGSTOP)
    told = processes[0].communicate(timeout=200)[1]
    processes[1].kill()
    ended(processes[1:])
    assert processes[0].returncode == 1
    assert told.startswith("pinn-metakan: process 0 has lost one of the other 1: it has ended, or")
    assert "did not answer for 8 s (process_timeout); go on with: pinn-metakan resume run" in told


@pytest.mark.slow
def test_torchrun_begins_a_run_with_a_second_opinion_and_a_chain(tmp_path: Path) -> None:
    arguments = ["solve", "heat", "--out=run", "--along=diffusivity=0.2,0.1", *FAST_FLAGS]
    found = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone",
         "-m", "pinn_metakan", *arguments, "--check"],
        cwd=tmp_path, env=os.environ | {"OMP_NUM_THREADS": "1"}, text=True, capture_output=True,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.count("folder: run") == 1
    assert "second opinion: u differs by" in found.stdout
    assert "link 1: diffusivity = 0.2" in found.stdout
    for folder in ("run", "run/link-1", "run/second-opinion"):
        assert (tmp_path / folder / "solution.h5").is_file()


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ("--set=points.interior=2", "points.interior: 3 processes share 2 points"),
        ("--set=adam.stepz=2", "no setting 'adam.stepz'"),
        ("--out=/dev/null/run", "cannot write to /dev/null/run"),
    ],
)
@pytest.mark.slow
def test_what_is_wrong_is_told_once(tmp_path: Path, wrong: str, line: str) -> None:
    arguments = ["solve", "poisson", *FAST_FLAGS, "--out=run", wrong]
    statuses, printed, told = ended(solve(tmp_path, 3, *arguments))
    assert statuses == [2, 2, 2]
    assert printed == [""] * 3
    (found,) = "".join(told).splitlines()
    assert line in found
    assert not list(tmp_path.iterdir())
