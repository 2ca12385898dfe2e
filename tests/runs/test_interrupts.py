"""What an interrupt carries."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.interrupts import interrupts
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.progress import ProgressEntry

POINTS = np.array([[0.3, 0.2], [0.9, 0.8]])


def test_an_interrupt_carries_what_was_reached(tmp_path: Path) -> None:
    settings = FAST | {"adam": {"steps": 30}}
    with pytest.raises(Interrupted) as stop:
        solve(load_problem("heat"), settings=settings, progress=stop_at(20))
    solution = stop.value.solution
    assert solution.attributes["stop_reason"] == "interrupted"
    assert solution.history["step"][-1] == 20
    assert solution(POINTS)["u"].shape == (2,)
    assert stop.value.folder is None
    with pytest.raises(Interrupted) as stop:
        solve(load_problem("heat"), settings=settings, progress=stop_at(20), out="run")
    assert stop.value.folder == Path("run")
    np.testing.assert_array_equal(open_run("run")["u"], solution["u"])


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1"])
def test_what_a_scheduler_sends_interrupts_and_the_run_goes_on_exactly(name: str) -> None:
    def told(entry: ProgressEntry) -> None:
        if entry.step == 4:
            os.kill(os.getpid(), getattr(signal, name))

    problem = load_problem("heat")
    with pytest.raises(Interrupted):
        solve(problem, settings=FAST, progress=told, out="run")
    assert open_run("run").history["step"][-1] == 4
    np.testing.assert_array_equal(resume("run")["u"], solve(problem, settings=FAST)["u"])


def test_a_ctrl_c_that_is_ignored_from_the_start_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts() as is_interrupted:
            signal.raise_signal(signal.SIGINT)
            assert not is_interrupted()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_verdict_of_who_is_told_of_progress_ends_a_run_that_may_go_on() -> None:
    def enough(entry: ProgressEntry) -> Verdict | None:
        return Verdict(Outcome.STOPPED, "good enough") if entry.step >= 4 else None

    problem = load_problem("heat")
    solution = solve(problem, settings=FAST, progress=enough, out="run")
    assert solution.attributes["stop_reason"] == "good enough"
    assert solution.attributes["verdict"] == "stopped"
    assert solution.history["step"][-1] == 4
    whole = solve(problem, settings=FAST)
    np.testing.assert_array_equal(resume("run")["u"], whole["u"])
