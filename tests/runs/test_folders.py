"""What a run folder holds, when one is written, and what is read from it."""

import json
import platform
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST, RUN_FILES

from pinn_metakan.errors import RunFolderError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run
from pinn_metakan.runs.solve import solve


@pytest.mark.figures
def test_a_run_folder_holds_what_the_contract_names(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    solution = solve(load_problem("heat"), settings=FAST, out=folder, seed=4)
    assert {path.name for path in folder.iterdir()} == RUN_FILES
    report = json.loads((folder / "report.json").read_text())
    assert {
        "problem", "network", "n_parameters", "seed", "dtype", "device", "seconds",
        "relative_l2", "max_error", "loss", "converged", "stop_reason", "versions",
        "verdict", "advice", "scales", "relative_to_variation", "residuals",
        "disagreement", "second_opinion", "steps", "notes", "parameters", "command", "date",
        "threads", "platform", "start", "links", "reference_error",
    } == set(report)  # fmt: skip
    assert (report["steps"], report["notes"]) == (7, [])
    assert (report["parameters"], report["threads"]) == ({"diffusivity": 0.25}, 1)
    assert report["command"] == "made by solve() in Python"
    assert datetime.fromisoformat(report["date"]).tzinfo is not None
    assert report["platform"] == platform.platform()
    assert report["relative_l2"] == dict(solution.relative_l2)
    assert (report["seed"], report["converged"]) == (4, False)
    rows = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(solution.history["step"])
    attributes = open_run(folder).attributes
    assert {
        "problem", "problem_source", "problem_sha256", "network", "n_parameters", "settings",
        "seed", "dtype", "device", "seconds", "versions",
        "relative_l2_u", "relative_l1_u", "max_error_u",
    } <= set(attributes)  # fmt: skip
    assert "class Heat(Problem)" in str(attributes["problem_source"])


def test_nothing_is_written_without_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    solve(load_problem("heat"), settings=FAST)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.figures
def test_a_folder_that_holds_a_run_is_refused_unless_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    solve(load_problem("heat"), settings=FAST, out=folder)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="already holds a run; give --overwrite"):
        solve(load_problem("heat"), settings=FAST, out=folder)
    solve(load_problem("poisson"), settings=FAST, out=folder, overwrite=True)
    assert open_run(folder).attributes["problem"] == "poisson"
    assert (folder / "notes.txt").read_text() == "mine"
    assert not (folder / "profiles.png").exists()


def test_a_stored_run_is_evaluated_anywhere_with_its_problem(tmp_path: Path) -> None:
    solution = solve(load_problem("heat"), settings=FAST, out=tmp_path / "run")
    points = np.array([[0.3, 0.2], [0.9, 0.8]])
    opened = open_run(tmp_path / "run", problem=load_problem("heat"))
    np.testing.assert_array_equal(opened(points)["u"], solution(points)["u"])
    plain = open_run(tmp_path / "run" / "solution.h5")
    np.testing.assert_array_equal(plain["u"], solution["u"])
    with pytest.raises(RunFolderError, match="opened without its problem"):
        plain(points)


def test_a_solution_is_saved_and_drawn(tmp_path: Path) -> None:
    solution = solve(load_problem("poisson"), settings=FAST)
    solution.save(tmp_path / "mine.h5")
    np.testing.assert_array_equal(open_run(tmp_path / "mine.h5")["u"], solution["u"])
    assert len(solution.plot().axes) == 7  # four maps; two of them share a color bar
