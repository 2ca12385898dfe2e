"""The table of errors at equal times: kept as it comes, and refused before anything is measured."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from small_tables import TINY, cells

from pinn_metakan.benchmarks import accuracy
from pinn_metakan.benchmarks.accuracy import PROBLEMS, accuracy_lines
from pinn_metakan.benchmarks.measure import errors_in_time
from pinn_metakan.benchmarks.measure.case import Case
from pinn_metakan.cli import main
from pinn_metakan.errors import SettingsError, TrainingError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.settings.layers import Layer
from pinn_metakan.training.trainer import Trainer

SMALL: list[Layer] = [("small", {**TINY, "lm": {"steps": 3}})]


def lines(out: Path, *, problems: list[str], networks: list[str], **others: object) -> list[str]:
    options = {"seeds": 2, "seconds": 30.0, "layers": SMALL, "device": "cpu", "progress": str}
    return list(accuracy_lines(out, problems, networks, **{**options, **others}))  # type: ignore[arg-type]


def made_up(made: list[tuple[str, int]]) -> Callable[..., dict[str, object]]:
    """In the place of a training: notes what is asked for."""

    def trained(case: Case, seed: int, progress: object) -> dict[str, object]:
        made.append((case.row, seed))
        ends = {"n_parameters": 9, "n_parameters_at_the_end": 9, "trained": 3.0, "steps": 4}
        return {**ends, "seconds": [0.0, 3.0], "errors": [1.0, 0.1 * len(case.row) + seed]}

    return trained


def test_a_row_has_errors_at_each_time_and_what_was_trained(tmp_path: Path) -> None:
    rate, empty, header, _, *rows = lines(tmp_path, problems=["poisson"], networks=["kan", "mlp"])
    assert float(rate.split()[-3]) > 0
    assert empty == ""
    times = [f"error at {t} s CPU" for t in (2, 5, 10, 20, 30)]
    assert cells(header)[2:] == ["parameters", "at the end", *times, "trained [s CPU]", "steps"]
    assert [cells(row)[:2] for row in rows] == [["poisson", "kan"], ["poisson", "mlp"]]
    for row in rows:
        _, _, size, last_size, *errors, _, steps = cells(row)
        assert (size, steps) == (last_size, "4")
        middle, lowest, _, highest = (word.strip("()") for word in errors[0].split())
        assert float(lowest) <= float(middle) <= float(highest)
        assert set(errors[1:]) == {errors[1]}  # training ended before 5 s


def test_an_interrupted_table_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, int]] = []
    monkeypatch.setattr(Case, "trained", made_up(made))
    whole = lines(tmp_path, problems=["heat", "wave"], networks=["mlp"])
    path = tmp_path / "accuracy.jsonl"
    first, second, *_ = path.read_text().splitlines()
    path.write_text(first + "\n" + second[:20])
    made.clear()
    again = lines(tmp_path, problems=["heat", "wave"], networks=["mlp"])
    assert made == [("heat", 1), ("wave", 0), ("wave", 1)]
    assert again[1:] == whole[1:]


def test_runs_with_another_setting_are_kept_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, int]] = []
    monkeypatch.setattr(Case, "trained", made_up(made))
    other: list[Layer] = [*SMALL, ("--set adam.steps=2", {"adam": {"steps": 2}})]
    for layers in (SMALL, other, SMALL, other):
        lines(tmp_path, problems=["heat"], networks=["mlp"], seeds=1, layers=layers)
    assert made == [("heat", 0)] * 2


def test_a_gpu_is_measured_by_wall_time_and_kept_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, int]] = []
    monkeypatch.setattr(Case, "trained", made_up(made))
    lines(tmp_path, problems=["heat"], networks=["mlp"], seeds=1)
    gpu = torch.device("cuda")
    monkeypatch.setattr(accuracy, "chosen_device", lambda name, dtype: (gpu, "as asked for"))
    monkeypatch.setattr(accuracy, "product_rate", lambda device: 1e12)
    rate, _, header, *_ = lines(tmp_path, problems=["heat"], networks=["mlp"], seeds=1)
    assert "1000 GFLOP/s" in rate
    assert "error at 5 s wall" in header
    assert made == [("heat", 0)] * 2


def test_training_ends_at_the_first_step_past_the_seconds(tmp_path: Path) -> None:
    layers: list[Layer] = [*SMALL, ("long", {"adam": {"steps": 10**6}})]
    lines(tmp_path, problems=["poisson"], networks=["mlp"], seeds=1, seconds=0.2, layers=layers)
    (line,) = (tmp_path / "accuracy.jsonl").read_text().splitlines()
    found = json.loads(line)["result"]
    assert found["seconds"] == sorted(found["seconds"])
    assert found["seconds"][-3] < 0.2 <= found["seconds"][-2]
    assert found["steps"] == len(found["seconds"]) - 3  # the untrained network, and the end twice


def test_the_last_leg_is_trained_too_and_its_parameters_are_counted(tmp_path: Path) -> None:
    layers: list[Layer] = [*SMALL, ("untied", {"untie": {"steps": 2}})]
    row = lines(tmp_path, problems=["poisson"], networks=["metakan-sine"], seeds=1, layers=layers)[
        -1
    ]
    _, _, size, last_size, *_, steps = cells(row)
    assert steps == "6"
    assert int(last_size) == 6 * (2 * 3 + 3)  # coefficients of the edges of [2, 3, 1]
    assert size != last_size


def test_a_run_that_diverges_has_its_errors_until_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(trainer: Trainer, should_stop: object, report: object) -> None:
        raise TrainingError("the loss is nan")

    monkeypatch.setattr(errors_in_time.TrainingClock, "seconds", 10.0)
    monkeypatch.setattr(Trainer, "run", run)
    told: list[str] = []
    row = lines(tmp_path, problems=["poisson"], networks=["mlp"], seeds=1, progress=told.append)[-1]
    at_2, at_5, at_10, *_ = cells(row)[4:]
    assert at_2 == at_5
    assert math.isfinite(float(at_5.split()[0]))
    assert at_10 == "nan (nan to nan)"
    assert told == ["poisson, mlp, seed 0", "the loss is nan"]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_of_the_table_can_begin(problem: str, tmp_path: Path) -> None:
    layers: list[Layer] = [("small", {"network": {"widths": [3]}, "evaluation": {"points": 200}})]
    name, given = PROBLEMS[problem]
    loaded = load_problem(name, (), given)
    found = Case(problem, loaded, "mlp", layers, 1e-3, torch.device("cpu")).trained(0, str)  # type: ignore[arg-type]
    assert all(map(math.isfinite, found["errors"]))


def test_what_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError, match="no problem 'navier' in this table; there are poisson"):
        lines(tmp_path, problems=["navier"], networks=[])
    with pytest.raises(SettingsError, match="no network 'pinn' here; there are metakan"):
        lines(tmp_path, problems=["poisson"], networks=["pinn"])
    with pytest.raises(SettingsError, match="seconds must be positive, got 0"):
        lines(tmp_path, problems=["poisson"], networks=["mlp"], seconds=0.0)
    with pytest.raises(SystemExit) as stop:
        main(["bench", "accuracy", f"--out={tmp_path}", "--set=network.hidden_width=3"])
    assert stop.value.code == 2
    assert "no setting 'network.hidden_width'; there are widths" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []  # nothing was measured
