"""What does not end is ended after the budget: code of the user's, and the making of a run."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pinn_metakan.errors import ProblemError, SettingsError
from pinn_metakan.pde import overtime
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.overtime import Calls, assembled_in_time, ended_in_time
from pinn_metakan.pde.user_code import call_user, told_failures
from pinn_metakan.runs.solve import solve


def test_a_loop_without_end_is_ended_after_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overtime, "GRACE", 0.2)
    monkeypatch.setattr(overtime, "_EVERY", 0.05)

    def forever() -> None:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                pass

    with (
        pytest.raises(ProblemError, match=r"mine failed: Overtime: it had not ended.*overtime.py"),
        ended_in_time(time.time()),
    ):
        call_user(forever, (), "mine")


def test_a_run_that_is_not_assembled_in_time_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(overtime, "GRACE", 0.1)
    monkeypatch.setattr(overtime, "_EVERY", 0.02)
    wide = {"network": {"widths": [300_000]}}
    with pytest.raises(SettingsError, match=r"the run had not been assembled after .* smaller net"):
        solve(load_problem("heat"), settings=wide, budget=0.1, out=tmp_path / "run")
    assert not list(tmp_path.iterdir())
    assert not Calls.armed


def test_code_that_ends_in_time_and_code_of_the_package_are_not_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overtime, "GRACE", 0.1)
    monkeypatch.setattr(overtime, "_EVERY", 0.02)
    with ended_in_time(time.time()):
        for _ in range(10):
            call_user(lambda: time.sleep(0.03), (), "mine")
        time.sleep(0.3)


def by_the_user(work: Callable[[], None]) -> None:
    with told_failures("mine failed"):
        work()


@pytest.mark.parametrize("call", [by_the_user, lambda work: assembled_in_time(work)()])
def test_an_alarm_at_any_line_around_a_call_leaves_nothing_that_may_be_ended(
    call: Callable[[Callable[[], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overtime, "GRACE", -1.0)
    monkeypatch.setattr(overtime, "_EVERY", 0.0002)

    def work() -> None:
        for _ in range(20):
            os.getcwd()  # lets the one that watches run

    ended, others, switching = 0, list[int](), sys.getswitchinterval()
    before = signal.signal(signal.SIGALRM, lambda number, frame: others.append(number))
    sys.setswitchinterval(1e-5)  # the one that watches is heard at any line, too
    until = time.process_time() + 0.5
    with ended_in_time(time.time() - 1.0):
        while time.process_time() < until:
            try:
                call(work)
            except (ProblemError, SettingsError):
                ended += 1
            assert not Calls.armed
    sys.setswitchinterval(switching)
    signal.signal(signal.SIGALRM, before)
    assert ended > 0
    assert not others
