"""Code of a problem's that never ends is ended by the commands that look, in one line."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted, ProblemError
from pinn_metakan.pde import overtime
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import resume
from pinn_metakan.runs.solve import solve

Run = Callable[..., tuple[int, str, str]]
Write = Callable[..., Path]

#: Hangs while there is a file of this name, as code does that waits for what never comes.
HANGS = "[None for _ in iter(lambda: __import__('os').path.exists('hang'), False)]"
ENDLESS = {
    "body": {
        "conditions": f"{HANGS} and 0 or {{'start': Initial(u=0.0), 'walls': Dirichlet(u=0.0)}}"
    },
    "constructor": {"extra": f"def __init__(self): {HANGS}"},
    "residual": {"residual": f"{HANGS}; return {{'heat': jet('u_t') - jet('u_xx')}}"},
    "condition": {
        "conditions": f"{{'start': Initial(u=lambda x: ({HANGS}, 0 * x)[1]), "
        "'walls': Dirichlet(u=0.0)}"
    },
    "reference": {"extra": f"def reference(self, points): {HANGS}; return 0 * points[:, :1]"},
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    load_problem("heat")  # what is imported the first time is not ended
    monkeypatch.setattr(overtime, "GRACE", 0.1)
    monkeypatch.setattr(overtime, "_EVERY", 0.02)


@pytest.mark.parametrize("place", ENDLESS)
def test_doctor_ends_code_that_does_not_end(
    place: str, run: Run, write_problem: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "reference":  # the last thing of a run's making, which may be ended itself
        monkeypatch.setattr(overtime, "GRACE", 3.0)
    path = write_problem(**ENDLESS[place])
    (tmp_path / "hang").touch()
    status, out, err = run("doctor", str(path), "--budget", "0.2")
    assert (status, out) == (2, "")
    assert "Overtime: it had not ended after" in err
    assert "(mine.py, line " in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("place", ["body", "constructor", "residual"])
def test_show_ends_code_that_does_not_end(
    place: str, run: Run, write_problem: Write, tmp_path: Path
) -> None:
    path = write_problem(**ENDLESS[place])
    (tmp_path / "hang").touch()
    status, _, err = run("show", str(path), "--budget", "0.2")
    assert status == 2
    assert "mine.py, line " in err


def test_a_limit_that_is_no_time_is_refused(run: Run, write_problem: Write) -> None:
    status, _, err = run("show", str(write_problem()), "--budget", "nan")
    assert (status, err) == (2, "pinn-metakan: the budget must be positive, got nan s\n")


@pytest.mark.parametrize(
    "command",
    ["probe {} --at x=.5,t=.5", "profile {}", "posterior {}", "export {} --to pt2"],
)
def test_commands_on_a_run_end_code_that_does_not_end(
    command: str, run: Run, write_problem: Write, tmp_path: Path
) -> None:
    path = write_problem(**ENDLESS["body"])
    solve(load_problem(str(path)), "mlp", settings=FAST, out=tmp_path / "run")
    (tmp_path / "hang").touch()
    name, _, options = command.partition(" {}")
    asked = [name, "run", str(path), *options.split(), "--budget", "0.2"]
    status, _, err = run(*asked)
    assert status == 2
    assert "Overtime: it had not ended after" in err
    assert "(mine.py, line " in err


def test_sweep_ends_code_that_does_not_end(run: Run, write_problem: Write, tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    path = write_problem(**ENDLESS["constructor"])
    (tmp_path / "hang").touch()
    status, _, err = run("sweep", str(path), "--over", "seed=0..1", "--budget", "0.2")
    assert status == 2
    assert "(mine.py, line " in err


@pytest.mark.parametrize("place", ["residual", "condition", "reference"])
def test_solve_in_python_ends_what_does_not_end_while_it_is_assembled(
    place: str, write_problem: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    problem = load_problem(str(write_problem(**ENDLESS[place])))
    (tmp_path / "hang").touch()
    with pytest.raises(ProblemError, match=r"had not ended after .*\(mine.py, line "):
        solve(problem, settings=FAST, budget=0.2)


def test_a_chain_that_goes_on_keeps_its_budget(
    run: Run, write_problem: Write, tmp_path: Path
) -> None:
    extra = "def __init__(self, rate: float = 1.0): self.rate = rate"
    residual = f"{HANGS}; return {{'heat': jet('u_t') - self.rate * jet('u_xx')}}"
    path = write_problem(extra=extra, residual=residual)
    out = tmp_path / "run"
    long = FAST | {"adam": {"steps": 10**6}, "report_every": 1}
    with pytest.raises(Interrupted):
        solve(load_problem(str(path)), "mlp", along={"rate": [3.0, 2.0]}, settings=long, out=out,
              progress=stop_at(3))  # fmt: skip
    (tmp_path / "hang").touch()
    status, _, err = run("resume", str(out), str(path), "--budget", "0.2")
    assert status == 2
    assert "(mine.py, line " in err
    (tmp_path / "hang").unlink()
    began = time.monotonic()
    resume(out, path, budget=6)
    assert time.monotonic() - began < 10
    assert all((out / part / "report.json").exists() for part in (".", "link-1", "link-2"))
