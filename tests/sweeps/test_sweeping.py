"""Whole sweeps: what each trial is, what is written, and what goes on."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_runs import FAST, RUN_FILES

import pinn_metakan
from pinn_metakan.errors import Interrupted, RunFolderError, SettingsError, TrainingError, UserError
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.pages import write_pages
from pinn_metakan.runs.solve import solve
from pinn_metakan.sweeps.ledger import Attempt, State
from pinn_metakan.sweeps.process import Process
from pinn_metakan.sweeps.progress import SweepProgress
from pinn_metakan.sweeps.pruning import Milestones
from pinn_metakan.sweeps.search_range import SearchRange
from pinn_metakan.sweeps.sweep import sweep
from pinn_metakan.training.progress import ProgressEntry

MadeUp = Callable[[Callable[[Any, int], float]], list[tuple[int, int]]]
#: Without the width that is varied, and with few figures' worth of points.
SETTINGS = FAST | {"network": {}, "evaluation": {"shape": [5, 5], "points": 50}}


def by_seed(run: Any, step: int) -> float:
    return (run.seed + 1) / (step + 1)


def test_trials_are_the_runs_of_solve_in_a_folder_and_a_table(heat: Problem) -> None:
    over = {"seed": [3], "network.widths": [[4], [3, 3]]}
    found = sweep(heat, over=over, settings=SETTINGS, out="swept")
    assert [row.state for row in found.rows] == ["finished", "finished"]
    alone = solve(heat, settings=SETTINGS | {"network.widths": [3, 3]}, seed=3)
    swept = found.open("trial-001")
    np.testing.assert_array_equal(swept["u"], alone["u"])
    assert found.rows[1].error == alone.relative_l2["u"]
    files = {name for name in RUN_FILES if not name.endswith(".png")}
    assert {path.name for path in Path("swept/trial-001").iterdir()} >= files
    assert {path.name for path in Path("swept").iterdir()} >= {
        "sweep.csv", "sweep.json", "sweep.png", "sweep.journal", "trial-000", "trial-001",
    }  # fmt: skip
    with Path("swept/sweep.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["network.widths"] for row in rows] == ["[4]", "[3, 3]"]
    assert float(rows[1]["error"]) == alone.relative_l2["u"]
    page = write_pages(Path("swept")).read_text()
    assert "trial-000" in page
    assert "network.widths [3, 3]" in page
    assert 'src="data:image/png' in page


def test_a_sweep_that_is_over_is_read_and_not_made_again(heat: Problem, made_up: MadeUp) -> None:
    made = made_up(by_seed)
    first = sweep(heat, over={"seed": range(4)}, out="swept")
    assert len(made) == 4
    again = sweep(heat, over={"seed": range(4)}, out="swept")
    assert len(made) == 4
    assert again.rows == first.rows
    assert again.best == first.rows[0]
    (group,) = again.groups
    errors = [row.error or 0.0 for row in again.rows]
    assert group.count == 4
    assert group.mean == pytest.approx(np.mean(errors), rel=1e-14)
    assert group.deviation == pytest.approx(np.std(errors, ddof=1), rel=1e-14)


def test_an_interrupted_sweep_goes_on_with_the_trial_that_was_broken_off(
    heat: Problem, made_up: MadeUp
) -> None:
    def stop(run: Any, step: int) -> float:
        if run.seed == 1 and step == 100:
            raise Interrupted(None, None, None)
        return by_seed(run, step)

    made = made_up(stop)
    with pytest.raises(Interrupted):
        sweep(heat, over={"seed": range(3)}, out="swept")
    told = json.loads(Path("swept/sweep.json").read_text())
    assert [row["state"] for row in told["trials"]] == ["finished", "broken off", "waiting"]
    made_up(by_seed)
    found = sweep(heat, over={"seed": range(3)}, out="swept")
    assert [row.state for row in found.rows] == ["finished"] * 3
    assert [seed for seed, _ in made] == [0]


def test_a_trial_that_fails_ends_no_sweep_and_all_of_them_do(
    heat: Problem, made_up: MadeUp
) -> None:
    def fail(run: Any, step: int) -> float:
        if run.seed == 1:
            raise TrainingError("the loss is nan in stage lm")
        if run.seed == 2:
            raise ZeroDivisionError("in code of the user's")
        return by_seed(run, step)

    made_up(fail)
    found = sweep(heat, over={"seed": range(4)}, out="swept")
    assert [row.state for row in found.rows] == ["finished", "failed", "failed", "finished"]
    assert found.rows[1].message == "the loss is nan in stage lm"
    assert found.rows[2].message == "ZeroDivisionError: in code of the user's"
    with pytest.raises(TrainingError, match="all 1 trials failed; trial-000: the loss is nan"):
        sweep(heat, over={"seed": [1]}, out="other")


def test_trials_behind_the_median_of_five_are_pruned(heat: Problem, made_up: MadeUp) -> None:
    made = made_up(by_seed)
    found = sweep(heat, over={"seed": range(8)}, out="swept", prune="steps")
    assert [row.state for row in found.rows] == ["finished"] * 5 + ["pruned"] * 3
    assert made[4:] == [(4, 800), (5, 50), (6, 50), (7, 50)]
    assert found.best == found.rows[0]
    rest = sweep(heat, over={"seed": range(8)}, out="all")
    assert [row.state for row in rest.rows] == ["finished"] * 8


def test_a_search_prunes_within_its_combination_and_finds_what_is_better(
    heat: Problem, made_up: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_rate(run: Any, step: int) -> float:
        rate = run.settings["adam"]["learning_rate"]
        return 10.0**run.seed * (abs(np.log10(rate / 3e-3)) + 0.01) / (step + 1)

    made_up(by_rate)
    monkeypatch.setattr("pinn_metakan.sweeps.folder.write_figures", lambda *figures: None)
    search = {"adam.learning_rate": SearchRange(1e-4, 1e-1, is_log=True)}
    found = sweep(heat, over={"seed": [0, 3]}, search=search, trials=13, out="swept")
    assert len(found.rows) == 26
    assert found.table.count("finished") + found.table.count("pruned") == 26
    assert found.table.count("pruned") > 5
    finished = {row.values["seed"] for row in found.table.finished}
    assert finished == {0, 3}  # those of seed 3 are all worse than those of seed 0
    assert found.best is not None
    rate = found.best.values["adam.learning_rate"]
    assert isinstance(rate, float)
    assert 1e-3 < rate < 1e-2
    more = sweep(heat, over={"seed": [0, 3]}, search=search, trials=14, out="swept")
    assert more.rows[:26] == found.rows
    assert len(more.rows) == 28


def test_who_is_told_of_progress_sees_all_trials(heat: Problem, made_up: MadeUp) -> None:
    made_up(by_seed)
    seen: list[SweepProgress] = []
    facts: list[tuple[str, str]] = []
    sweep(heat, over={"seed": [0, 1]}, out="swept", progress=seen.append, announce=facts.extend)
    assert dict(facts)["trials"] == "2 (seed)"
    assert [len(now.over) for now in seen][-1] == 2
    reached = [attempt.beat.get("step") for now in seen for attempt in now.running]
    assert 400 in reached
    assert seen[-1].seconds_left == 0.0


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"seed": 5}, "swept holds another sweep, which differs in seed; give another folder"),
        ({"over": {"seed": [0, 2]}}, "swept holds another sweep, which differs in over"),
        ({"settings": {"lm.steps": 3}}, "which differs in settings"),
        ({"storage": "sqlite:///s.db"}, r"on the storage journal:sweep\.journal, named from that"),
    ],
)
def test_the_folder_of_another_sweep_is_refused(
    asked: dict[str, Any], message: str, heat: Problem, made_up: MadeUp
) -> None:
    made_up(by_seed)
    sweep(heat, over={"seed": [0]}, out="swept")
    with pytest.raises(RunFolderError, match=message):
        sweep(heat, **{"over": {"seed": [0]}, "out": "swept", **asked})


def test_folders_that_hold_something_else_are_refused(heat: Problem, tmp_path: Path) -> None:
    Path("file").touch()
    with pytest.raises(RunFolderError, match="file is a file; a sweep needs a folder"):
        sweep(heat, over={"seed": [0]}, out="file")
    Path("runs/trial-000").mkdir(parents=True)
    Path("runs/trial-000/settings.toml").touch()
    with pytest.raises(RunFolderError, match="runs holds a run of no sweep"):
        sweep(heat, over={"seed": [0]}, out="runs")
    Path("cut").mkdir()
    Path("cut/sweep.json").write_text("{}")
    with pytest.raises(RunFolderError, match=r"sweep\.json is no table of a sweep"):
        sweep(heat, over={"seed": [0]}, out="cut")


def test_a_storage_that_is_taken_away_is_told_in_one_line(heat: Problem, made_up: MadeUp) -> None:
    def take_away(run: Any, step: int) -> float:
        Path("swept/sweep.journal").unlink(missing_ok=True)
        return by_seed(run, step)

    made_up(take_away)
    with pytest.raises(
        UserError, match=r"cannot go on .*sweep\.journal: .*No such file.*same command"
    ):
        sweep(heat, over={"seed": [0, 1]}, out="swept", prune="steps")


def test_a_sweep_within_torchrun_is_refused(heat: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("WORLD_SIZE", "2"), ("RANK", "0"), ("LOCAL_RANK", "0")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MASTER_ADDR", "localhost")
    monkeypatch.setenv("MASTER_PORT", "29500")
    with pytest.raises(SettingsError, match="sweep: torchrun gives one run to several processes"):
        sweep(heat, over={"seed": [0]}, out="swept")


def test_what_other_processes_cannot_be_told_is_refused(heat: Problem) -> None:
    class Mine(pinn_metakan.Problem):
        """u_xx = 0."""

        coordinates, unknowns = ("x",), ("u",)
        domain = pinn_metakan.Interval(0.0, 1.0)
        conditions = {"ends": pinn_metakan.Dirichlet(u=0.0)}  # noqa: RUF012

        def residual(self, jet: pinn_metakan.Jet) -> dict[str, Any]:
            return {"mine": jet("u_xx")[0]}

    with pytest.raises(UserError, match="jobs: other processes need the problem mine from a file"):
        sweep(Mine(), over={"seed": [0]}, out="swept", jobs=2)
    with pytest.raises(SettingsError, match="jobs: expected 1 or more, got 0"):
        sweep(heat, over={"seed": [0]}, out="swept", jobs=0)
    with pytest.raises(TypeError, match="sweep needs a problem such as"):
        sweep("heat", over={"seed": [0]}, out="swept")  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match=r"minimize: .*mine has no reference, so no error"):
        sweep(Mine(), over={"seed": [0]}, out="swept", minimize="error")
    assert not Path("swept").exists()


def test_steps_of_the_first_of_several_stages_do_not_count() -> None:
    process = Process("here", "", 1, "")
    attempt = Attempt(0, 0, {}, 0, 0, State.RUNNING, process, {}, {}, {}, {})
    milestones = Milestones("steps", "error", "adam", attempt)

    def at(stage: str, step: int, error: float) -> list[tuple[int, float]]:
        return milestones.reached(ProgressEntry(stage, step, 400, 1.0, {"u": error}, 0.0, None))

    assert at("adam", 100, 0.5) == []
    assert at("lm", 130, 0.6) == []
    assert at("lm", 181, 0.4) == [(40, 0.4), (80, 0.4)]
    beat = {"first_steps": milestones.first_steps}
    milestones = Milestones(
        "steps", "error", "adam", replace(attempt, beat=beat, reported={80: 0.4})
    )
    assert at("lm", 250, 0.7) == []
    assert at("lm", 260, 0.7) == [(160, 0.4)]
