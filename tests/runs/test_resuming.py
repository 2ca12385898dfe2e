"""A run that was interrupted or ended by its budget goes on exactly."""

from pathlib import Path

import pytest
from small_runs import FAST, RUN_FILES, stop_at

from pinn_metakan.errors import Interrupted, ProcessesLost
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve


@pytest.mark.parametrize(
    ("stages", "conditions"),
    [
        (["adam"], "hard"),
        (["lbfgs"], "soft"),
        (["lm"], "hard"),
        (["lm"], "soft"),
        (["adam", "lbfgs"], "hard"),
        (["lm", "untie"], "hard"),
    ],
)
def test_a_hundred_steps_equal_fifty_and_fifty_resumed(
    stages: list[str], conditions: str, tmp_path: Path
) -> None:
    share = 100 // len(stages)
    settings = FAST | {
        "stages": stages,
        "conditions": conditions,
        "adam": {"steps": share, "redraw_every": 20},
        "lbfgs": {"steps": share, "redraw_every": 20},
        "lm": {"steps": share, "redraw_every": 20, "tolerance": 0.0},
        "untie": {"steps": share, "redraw_every": 20, "tolerance": 0.0},
        "points": {"interior": 60, "adaptive": 0.5},
        "report_every": 10,
    }
    straight = solve(load_problem("burgers"), settings=settings)
    with pytest.raises(Interrupted):
        solve(
            load_problem("burgers"), settings=settings, out=tmp_path / "run", progress=stop_at(50)
        )
    so_far = open_run(tmp_path / "run")
    assert so_far.history["step"][-1] == 50
    assert so_far.attributes["stop_reason"] == "interrupted"
    resumed = resume(tmp_path / "run")
    assert straight.history["step"][-1] == 100
    assert resumed["u"].tobytes() == straight["u"].tobytes()
    assert resumed.history["loss"].tobytes() == straight.history["loss"].tobytes()
    assert resumed.history["seconds"][-1] > resumed.history["seconds"][0]


@pytest.mark.figures
def test_a_budget_ends_a_run_that_can_be_resumed(tmp_path: Path) -> None:
    settings = FAST | {"adam": {"steps": 30}}
    solution = solve(load_problem("heat"), settings=settings, out=tmp_path / "run", budget=0.5)
    assert "budget" in str(solution.attributes["stop_reason"])
    assert {path.name for path in (tmp_path / "run").iterdir()} == RUN_FILES
    resumed = resume(tmp_path / "run")
    assert resumed["u"].tobytes() == solve(load_problem("heat"), settings=settings)["u"].tobytes()
    again = resume(tmp_path / "run")
    assert again["u"].tobytes() == resumed["u"].tobytes()


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
        ProcessesLost("process 1 is gone"),
    ],
)
def test_a_failure_while_a_run_is_put_together_is_told_as_it_is(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve(load_problem("heat"), settings=FAST, out=tmp_path / "run")

    def failing(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(AssembledRun, "load", failing)
    with pytest.raises(type(error), match=str(error)[:20]):
        resume(tmp_path / "run")
