"""A second opinion: another network, whose solution stands in the place of a reference."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted, RunFolderError, SettingsError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import second_opinion
from pinn_metakan.runs.resume import open_run, rerun, resume
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.progress import ProgressEntry

#: What FAST asks of both networks.
SHARED = {key: value for key, value in FAST.items() if key != "network"}
N_STEPS = 7
#: An entry of the history at each step, which moves roundings.
EACH = FAST | {"report_every": 1}
UNKNOWN = """
import torch
from pinn_metakan import Dirichlet, Interval, Problem

class Bump(Problem):
    "u_xx = -exp(u)"
    coordinates, unknowns, domain = ("x",), ("u",), Interval(0.0, 1.0)
    conditions = {"walls": Dirichlet(u=0.0)}
    network_settings = NETWORK_SETTINGS

    def residual(self, jet):
        u, u_xx = jet("u", "u_xx")
        return {"bump": u_xx + torch.exp(u)}
"""
LINE = FAST | {"evaluation": {"shape": [11]}}


def bump(network_settings: object = {}) -> Path:
    """Write a problem without a reference."""
    path = Path("bump.py")
    path.write_text(UNKNOWN.replace("NETWORK_SETTINGS", repr(network_settings)))
    return path


@pytest.fixture(scope="module")
def whole() -> Solution:
    """Heat by two networks, without an interrupt."""
    return solve(load_problem("heat"), settings=EACH, check=True)


@pytest.mark.parametrize(
    ("first", "second"), [("metakan", "kan"), ("kan", "metakan"), ("mlp", "metakan")]
)
def test_the_disagreement_is_the_distance_of_two_runs_with_the_same_steps(
    first: str, second: str
) -> None:
    heat = load_problem("heat")
    checked = solve(heat, first, settings=FAST, seed=3, check=True)
    alone = solve(heat, first, settings=FAST, seed=3)
    other = solve(heat, second, settings=SHARED, seed=4)
    np.testing.assert_array_equal(checked["u"], alone["u"])
    np.testing.assert_array_equal(checked["u_disagreement"], np.abs(alone["u"] - other["u"]))
    distance = np.linalg.norm(alone["u"] - other["u"]) / np.linalg.norm(alone["u"])
    assert checked.disagreement["u"] == pytest.approx(distance)
    told = json.loads(str(checked.attributes["second_opinion"]))
    assert (told["network"], told["seed"], told["steps"]) == (second, 4, N_STEPS)
    assert told["relative_l2"] == dict(other.relative_l2)


@pytest.mark.figures
def test_a_checked_run_is_stored_with_its_disagreement() -> None:
    checked = solve(load_problem(str(bump())), settings=LINE, out="run", check=True)
    stored = open_run("run")
    np.testing.assert_array_equal(stored["u_disagreement"], checked["u_disagreement"])
    assert stored.disagreement == checked.disagreement
    assert stored.attributes["disagreement_u"] == checked.disagreement["u"]
    report = json.loads(Path("run/report.json").read_text())
    assert report["disagreement"] == dict(checked.disagreement)
    assert report["second_opinion"]["network"] == "kan"
    assert open_run("run/second-opinion").attributes["network"] == "kan"
    assert "check = true" in Path("run/settings.toml").read_text()


def test_fields_at_scattered_points_and_on_their_plane_have_a_disagreement() -> None:
    field = solve(load_problem("ball_poisson"), settings=FAST, check=True).field
    assert field.slice is not None
    for grid in (field.grid, field.slice):
        assert grid.disagreements["u"].shape == grid.values["u"].shape
        assert np.nanmax(grid.disagreements["u"]) > 0


@pytest.mark.parametrize("number", [3, N_STEPS + 3])  # in the first run, in the second
def test_a_checked_run_that_is_interrupted_goes_on_exactly(number: int, whole: Solution) -> None:
    settings = EACH
    seen: list[ProgressEntry] = []

    def stop(entry: ProgressEntry) -> None:
        seen.append(entry)
        if len(seen) == number:
            stop_at(entry.step)(entry)

    with pytest.raises(Interrupted) as stopped:
        solve(load_problem("heat"), settings=settings, out="run", progress=stop, check=True)
    assert stopped.value.folder == Path("run")
    is_in_the_second = number > N_STEPS
    assert seen[-1].stage.startswith("second opinion, ") == is_in_the_second
    if is_in_the_second:
        np.testing.assert_array_equal(open_run("run")["u"], whole["u"])
        np.testing.assert_array_equal(stopped.value.solution["u"], whole["u"])
    rest: list[ProgressEntry] = []
    resumed = resume("run", progress=rest.append)
    assert (rest[0].stage, rest[0].step) == (seen[-1].stage, seen[-1].step + 1)
    for name in ("u", "u_disagreement"):
        np.testing.assert_array_equal(resumed[name], whole[name])
    assert set(open_run("run").disagreement) == {"u"}


def test_a_run_can_be_checked_later_and_is_when_it_is_made_again(whole: Solution) -> None:
    solve(load_problem("heat"), settings=EACH, out="run")
    checked = resume("run", check=True)
    again = rerun("run")
    for solution in (checked, again):
        np.testing.assert_array_equal(solution["u_disagreement"], whole["u_disagreement"])


def test_stages_that_the_second_network_cannot_have_are_left_out() -> None:
    settings = SHARED | {"enrich": {"steps": 2}}
    checked = solve(load_problem("heat"), "metakan", settings=settings, check=True)
    note = "the second opinion, of kan, is without the stages that change its network"
    assert checked.notes == (note,)
    assert json.loads(str(checked.attributes["second_opinion"]))["steps"] == N_STEPS
    settings = SHARED | {"stages": ["adam", "linear"], "linear": {"steps": 1}}
    checked = solve(load_problem("heat"), "kan", settings=settings, check=True)
    assert set(checked.disagreement) == {"u"}


def test_settings_that_fit_no_second_network_are_refused_before_anything_is_written() -> None:
    path = bump({"kan": {"network": {"width": 3}}})
    with pytest.raises(SettingsError, match=r"second opinion: .*bump\.py.*network\.width"):
        solve(load_problem(str(path)), settings=LINE, out="run", check=True)
    assert not Path("run").exists()


def test_a_second_run_that_fails_is_a_note() -> None:
    path = bump({"kan": {"adam": {"learning_rate": 1e300}}})
    checked = solve(load_problem(str(path)), settings=LINE, out="run", check=True)
    assert len(checked.notes) == 1
    assert checked.notes[0].startswith("no second opinion: the loss is ")
    assert json.loads(Path("run/report.json").read_text())["notes"] == list(checked.notes)
    assert checked.disagreement == {}


def test_a_budget_that_leaves_a_run_no_step_is_a_note_and_the_run_goes_on(
    whole: Solution, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(second_opinion, "CLOSING_SECONDS", 1e6)
        ended = solve(load_problem("heat"), settings=EACH, budget=1000.0, out="run", check=True)
    note = "no second opinion yet: the budget ended one of the runs before its start"
    assert ended.notes == (note,)
    assert (ended.disagreement, ended.attributes["outcome"]) == ({}, "steps taken")
    assert json.loads(str(ended.attributes["second_opinion"]))["outcome"] == "out of time"
    np.testing.assert_array_equal(resume("run")["u_disagreement"], whole["u_disagreement"])


def test_each_of_two_runs_has_half_of_the_budget(
    whole: Solution, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, real = [0.0], time.time
    steps: dict[bool, int] = {}

    def progress(entry: ProgressEntry) -> None:
        is_second = entry.stage.startswith("second opinion")
        steps[is_second] = entry.step
        if entry.step == 3:
            now[0] += 600.0  # more than half of the budget

    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: real() + now[0])
        heat = load_problem("heat")
        ended = solve(heat, settings=EACH, budget=1000.0, out="run", check=True, progress=progress)
    assert steps == {False: 3, True: 3}
    assert ended.verdict == "stopped"
    assert ended.notes[-1].startswith("the budget ended the runs after 3 and 3 steps; they differ")
    assert ended.disagreement["u"] > 0
    np.testing.assert_array_equal(resume("run")["u_disagreement"], whole["u_disagreement"])


def test_the_folder_inside_is_a_part_of_its_run() -> None:
    problem = load_problem(str(bump()))
    solve(problem, settings=LINE, out="run", check=True)
    with pytest.raises(RunFolderError, match=r"second-opinion is a part of .*run; go on with that"):
        resume("run/second-opinion", "bump.py")
    shutil.copytree("run/second-opinion", "other/second-opinion")
    with pytest.raises(RunFolderError, match="second-opinion holds another run"):
        solve(problem, settings=LINE, out="other", check=True)
    solve(problem, settings=LINE, out="run", overwrite=True)
    assert list(Path("run/second-opinion").iterdir()) == []
    assert open_run("run").disagreement == {}
