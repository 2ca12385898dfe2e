"""A run is a sequence of legs; a second kind of leg is one class and one row of the table."""

import copy
import json
import math
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted, RunFolderError, SettingsError
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.checkpoint_format import in_this_format
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.runs.legs.leg import Leg
from pinn_metakan.runs.legs.plan import plan_legs
from pinn_metakan.runs.legs.untied import Untied
from pinn_metakan.runs.named_class import named_class
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.sections import PointSettings
from pinn_metakan.settings.stages import STAGES, LMSettings, StageEntry
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint

#: Adam, Levenberg-Marquardt on few points, then on many, then untied.
STAGES_OF_RUN = ["adam", "lm", "more", "untie"]
#: The times of one slab.
WHOLE = (-math.inf, math.inf)
SETTINGS: dict[str, object] = FAST | {
    "stages": STAGES_OF_RUN,
    "more": {"steps": 3},
    "untie": {"steps": 2},
    "report_every": 1,
}


class MorePoints(Leg):
    """Go on with a copy of the network, on three times as many points."""

    kept_as: ClassVar[str | None] = "few"

    def network(self, last: Network) -> Network:
        return copy.deepcopy(last)

    def points(self, last: PointSettings) -> PointSettings:
        return last.model_copy(update={"interior": 3 * last.interior})


@pytest.fixture(autouse=True)
def _row(monkeypatch: pytest.MonkeyPatch) -> None:
    row = StageEntry(LMSettings, STAGES["lm"].optimizer, leg=f"{__name__}:MorePoints")
    monkeypatch.setitem(STAGES, "more", row)
    monkeypatch.setattr("pinn_metakan.runs.legs.plan.named_class", _found)


def _found(place: str, base: type) -> type:
    """This file is no module that can be imported by its name."""
    if place.startswith(f"{__name__}:"):
        return MorePoints
    return named_class(place, base)


def assembled(**changes: object) -> AssembledRun:
    problem = load_problem("heat")
    settings = suggested_settings(problem, "metakan", [("test", SETTINGS | changes)])
    return AssembledRun(problem, choose("metakan", settings, 0, "cpu", "float64"))


def test_stages_are_cut_where_a_leg_begins() -> None:
    legs = plan_legs(assembled().settings, WHOLE)
    assert [leg.stages for leg in legs] == [("adam", "lm"), ("more",), ("untie",)]
    assert [type(leg.begin) for leg in legs] == [type(None), MorePoints, Untied]


def test_a_stage_without_steps_begins_no_leg() -> None:
    legs = plan_legs(assembled(more={"steps": 0}).settings, WHOLE)
    assert [leg.stages for leg in legs] == [("adam", "lm"), ("untie",)]


def test_a_kind_of_leg_is_there_once() -> None:
    with pytest.raises(SettingsError, match="stages: more can be there once"):
        assembled(stages=["lm", "more", "more"])


def test_a_leg_has_its_own_points_and_network_and_one_history(tmp_path: Path) -> None:
    run = assembled()
    run.trainer.run(lambda: None, lambda entry: None)
    network, count = run.network, len(run.equations.at.points)
    assert run.awaits_next_leg
    run.begin_next_leg()
    assert len(run.equations.at.points) == 3 * count
    assert run.network is not network
    run.trainer.run(lambda: None, lambda entry: None)
    steps = [entry["step"] for entry in run.record.entries]
    assert steps == sorted(steps)
    assert steps[-1] == 4 + 3 + 3
    run.begin_next_leg()
    assert len(run.equations.at.points) == 3 * count  # untying keeps the points
    assert not run.network.prompts()
    run.trainer.run(lambda: None, lambda entry: None)
    assert not run.awaits_next_leg


def test_progress_counts_the_steps_of_later_legs() -> None:
    totals = []
    run = assembled()
    run.trainer.run(lambda: None, lambda entry: totals.append(entry.total))
    assert set(totals) == {4 + 3 + 3 + 2}


def test_what_each_leg_ended_with_is_kept(tmp_path: Path) -> None:
    solution = solve(load_problem("heat"), settings=SETTINGS, out=tmp_path / "run")
    assert list(solution.earlier) == ["few", "tied"]
    assert list(solution.earlier["tied"].earlier) == ["few"]
    found = open_run(tmp_path / "run")
    assert {name: old.relative_l2 for name, old in found.earlier.items()} == {
        name: old.relative_l2 for name, old in solution.earlier.items()
    }
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["few"]["relative_l2"] == dict(solution.earlier["few"].relative_l2)
    assert open_run(tmp_path / "run" / "few").relative_l2 == solution.earlier["few"].relative_l2


@pytest.mark.parametrize("step", [5, 7, 8, 10, 11])
def test_a_run_of_several_legs_goes_on_exactly(step: int, tmp_path: Path) -> None:
    whole = solve(load_problem("heat"), settings=SETTINGS)
    run = tmp_path / "run"
    with pytest.raises(Interrupted):
        solve(load_problem("heat"), settings=SETTINGS, out=run, progress=stop_at(step))
    resumed = resume(run)
    np.testing.assert_array_equal(resumed["u"], whole["u"])
    assert set(resumed.earlier) == set(whole.earlier)


@pytest.mark.parametrize(
    ("index", "has_entered", "expected"),
    [
        (0, False, (0, 0)),
        (1, True, (0, 1)),
        (2, False, (0, 2)),
        (2, True, (1, 0)),
        (3, True, (1, 1)),
    ],
)
def test_stages_of_version_0_1_0_are_found_in_their_leg(
    index: int, has_entered: bool, expected: tuple[int, int]
) -> None:
    trainer = {
        "parameters": torch.zeros(3 if index < 3 else 5),
        "stage_index": index, "has_entered": has_entered,
        "step": 9, "seconds": 1.5, "history": [],
    }  # fmt: skip
    state = in_this_format({"trainer": trainer, "points": torch.zeros(1)}, [2, 1], 3)
    assert (state["leg"], state["trainer"]["stage_index"]) == expected
    assert state["record"] == {"step": 9, "seconds": 1.5, "history": []}


def test_a_run_that_breaks_off_between_two_legs_keeps_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    with monkeypatch.context() as patch:

        def broken(assembled: AssembledRun) -> None:
            raise RuntimeError("killed")

        patch.setattr(AssembledRun, "begin_next_leg", broken)
        with pytest.raises(RuntimeError, match="killed"):
            solve(load_problem("heat"), settings=SETTINGS, out=run)
    assert (run / "few" / "solution.h5").is_file()
    resume(run)
    assert "few" not in json.loads((run / "few" / "report.json").read_text())
    assert {"few", "tied"} <= set(json.loads((run / "report.json").read_text()))


@pytest.mark.parametrize("change", [{"leg": 7}, {"outcome": "later"}])
def test_a_checkpoint_of_another_version_is_refused_in_one_line(
    change: dict[str, object], tmp_path: Path
) -> None:
    solve(load_problem("heat"), settings=FAST, out=tmp_path / "run")
    path = tmp_path / "run" / "checkpoint.safetensors"
    tree = load_checkpoint(path)
    for key, value in change.items():
        (tree if key == "leg" else tree["trainer"])[key] = value
    save_checkpoint(path, tree)
    with pytest.raises(RunFolderError, match="does not fit this version"):
        resume(tmp_path / "run")


def test_a_converged_run_of_version_0_1_0_stays_in_its_first_leg() -> None:
    trainer = {
        "parameters": torch.zeros(3), "stage_index": 3, "has_entered": False,
        "step": 9, "seconds": 1.5, "history": [],
    }  # fmt: skip
    state = in_this_format({"trainer": trainer}, [2, 1], 3)
    assert (state["leg"], state["trainer"]["stage_index"]) == (0, 2)
