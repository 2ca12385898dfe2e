"""A run goes on beyond its old end, with the settings of what is still to come changed."""

import tomllib
from pathlib import Path

import pytest
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted, SettingsError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve

#: A run of four steps of Adam, then three of Levenberg-Marquardt.
SETTINGS = FAST | {"network": {"widths": [4]}, "stages": ["adam", "lm", "widen"]}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that is over."""
    solve(load_problem("heat"), settings=SETTINGS, out=tmp_path / "run")
    return tmp_path / "run"


def test_more_steps_of_the_last_stage_go_on_from_the_end(run: Path) -> None:
    ended = open_run(run)
    solution = resume(run, settings={"lm.steps": 9})
    assert ended.history["step"][-1] == 7
    assert solution.history["step"][-1] == 13
    assert solution.history["step"].tolist()[:4] == ended.history["step"].tolist()
    assert solution.history["loss"][-1] < ended.history["loss"][-1]
    assert tomllib.loads((run / "settings.toml").read_text())["lm"]["steps"] == 9
    again = resume(run)
    assert again["u"].tobytes() == solution["u"].tobytes()


def test_a_later_stage_follows_and_can_be_stopped(run: Path) -> None:
    straight = solve(load_problem("heat"), settings=SETTINGS | {"widen": {"steps": 6}})
    with pytest.raises(Interrupted):
        resume(run, settings={"widen.steps": 6}, progress=stop_at(11))
    assert resume(run)["u"].tobytes() == straight["u"].tobytes()


def test_steps_of_a_stage_under_way_can_change(run: Path) -> None:
    with pytest.raises(Interrupted):
        solve(load_problem("heat"), settings=SETTINGS | {"lm": {"steps": 20}}, out=run,
              overwrite=True, progress=stop_at(8))  # fmt: skip
    with pytest.raises(SettingsError, match=r"lm.damping: stage lm is under way; of its settings"):
        resume(run, settings={"lm.damping": 1.0})
    straight = solve(load_problem("heat"), settings=SETTINGS | {"lm": {"steps": 10}})
    assert resume(run, settings={"lm.steps": 10})["u"].tobytes() == straight["u"].tobytes()


def test_a_lower_tolerance_goes_on_in_the_stage_that_reached_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "run"
    reached = solve(load_problem("heat"), settings=SETTINGS | {"tolerance": 1e9}, out=out)
    assert reached.history["step"][-1] == 2
    assert resume(out, settings={"tolerance": 0.0}).history["step"][-1] == 7


def test_another_grid_is_evaluated(run: Path) -> None:
    assert resume(run, settings={"evaluation.shape": [5, 7]})["u"].shape == (5, 7)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("lm.steps", 3, "has these settings already"),
        ("lm.steps", 2, "has taken 3 steps of lm; give more than that"),
        ("adam.steps", 9, "adam.steps: stage adam is over, and lm has followed it"),
        ("network.widths", [5], r"network.widths: a run that goes on keeps its network.*rerun"),
        ("points.interior", 90, r"points.interior: .* 'solve ... --from RUN' begins another"),
        ("lbfgs.steps", 5, "lbfgs.steps: stage lbfgs is not among those of the run"),
        ("lm.stepz", 5, "lm.stepz"),
        ("stages", ["lm", "adam"], "would change what comes before the end of stage lm"),
    ],
)
@pytest.mark.figures
def test_what_would_change_the_past_is_refused(
    setting: str, value: object, message: str, run: Path
) -> None:
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    with pytest.raises(SettingsError, match=message):
        resume(run, settings={setting: value})
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


ANALYSES = ["posterior.json", "posterior.png", "profile-D.csv", "profile-a-nu.json"]


def test_what_was_found_out_about_an_older_solution_goes_with_it(run: Path) -> None:
    for name in (*ANALYSES, "posterior.jsonl", "profile.txt"):
        (run / name).write_text("{}")
    notes = resume(run).notes  # which trains nothing
    assert all((run / name).exists() for name in ANALYSES)
    assert not [note for note in notes if "posterior" in note]
    notes = resume(run, settings={"lm.steps": 5}).notes
    assert not [name for name in ANALYSES if (run / name).exists()]
    assert (run / "posterior.jsonl").exists()  # its lines say which solution they are of
    assert (run / "profile.txt").exists()
    (told,) = (note for note in notes if "posterior" in note)
    assert told.startswith("4 files of profile and posterior, such as profile-a-nu.json, were of")
    assert told in (run / "report.html").read_text()
