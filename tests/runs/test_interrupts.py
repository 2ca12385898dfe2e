"""What an interrupt carries."""

import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted
from pinn_metakan.optimizers.communicator import OneProcess
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.interrupts import asking_signal, interrupted_status, interrupts
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.runs.step_boundary import INTERRUPTED, agreed_end
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


def test_a_handler_of_c_code_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    get, put, changed = signal.getsignal, signal.signal, []
    monkeypatch.setattr(
        signal, "getsignal", lambda number: None if number == signal.SIGUSR1 else get(number)
    )
    monkeypatch.setattr(
        signal, "signal", lambda number, handler: (changed.append(number), put(number, handler))[1]
    )
    with interrupts() as is_interrupted:
        assert changed == [signal.SIGINT, signal.SIGTERM]
        signal.raise_signal(signal.SIGTERM)
        assert is_interrupted()
    assert changed == 2 * [signal.SIGINT, signal.SIGTERM]


def test_a_handler_that_a_block_has_set_stays() -> None:
    def own(number: int, frame: object) -> None:
        pass

    before = signal.getsignal(signal.SIGUSR1)
    try:
        with interrupts():
            signal.signal(signal.SIGUSR1, own)
        assert signal.getsignal(signal.SIGUSR1) is own
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_thread_leaves_handlers_alone_and_hears_nothing() -> None:
    heard: list[object] = []

    def run() -> None:
        with interrupts() as is_interrupted:
            heard.extend([signal.getsignal(signal.SIGINT), is_interrupted()])

    with interrupts() as is_interrupted:
        inner = signal.getsignal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        assert is_interrupted()
    assert heard == [inner, False]


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGUSR1", 130)])
def test_a_second_signal_interrupts_at_once_and_the_first_makes_the_status(
    name: str, status: int
) -> None:
    with interrupts() as is_interrupted, interrupts():  # of a sweep, and of a run in it
        assert asking_signal() is None
        signal.raise_signal(getattr(signal, name))
        assert is_interrupted()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    assert interrupted_status() == status
    with interrupts() as is_interrupted:
        assert not is_interrupted()


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


class BesideAnother(OneProcess):
    """The second of two processes, of which the first adds what it has."""

    number, count = 1, 2

    def __init__(self, others: list[int]):
        self._others = torch.tensor(others)

    def summed(self, part: torch.Tensor) -> torch.Tensor:
        return part + self._others


@pytest.mark.parametrize(("is_terminated", "status"), [(0, 130), (1, 143)])
def test_what_one_of_several_processes_is_sent_is_the_status_of_all(
    is_terminated: int, status: int
) -> None:
    with interrupts():
        first = BesideAnother([1, is_terminated, 0, 0])
        assert agreed_end(first, None, saves=False) == (INTERRUPTED, False)
        assert interrupted_status() == status
