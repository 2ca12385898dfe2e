"""Whole solves from Python: results, resuming, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from small_runs import FAST, stop_at
from torch import Generator

from pinn_metakan.errors import (
    Interrupted,
    ProblemError,
    RunFolderError,
    SettingsError,
    TrainingError,
)
from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.kan import make_kan
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]
FILES = {
    "solution.h5",
    "report.json",
    "history.jsonl",
    "settings.toml",
    "checkpoint.safetensors",
    "solution.png",
    "history.png",
    "profiles.png",
}


def test_a_solution_holds_fields_errors_and_the_network(device: str) -> None:
    solution = solve(load_problem("heat"), settings=FAST, device=device)
    assert solution["u"].shape == (11, 11)
    np.testing.assert_allclose(solution["u_error"], solution["u"] - solution["u_reference"])
    assert list(solution.coordinates) == ["x", "t"]
    mesh = np.meshgrid(*solution.coordinates.values(), indexing="ij")
    points = np.stack([axis.ravel() for axis in mesh], axis=1)
    np.testing.assert_allclose(solution(points)["u"].reshape(11, 11), solution["u"], atol=1e-14)
    np.testing.assert_allclose(
        solution.relative_l2["u"],
        np.linalg.norm(solution["u_error"]) / np.linalg.norm(solution["u_reference"]),
    )
    assert solution["residual_heat"].shape == (11, 11)
    assert "heat" in repr(solution)
    with pytest.raises(KeyError, match="u, u_reference, u_error, residual_heat"):
        solution["w"]


def test_hard_conditions_hold_in_the_stored_field() -> None:
    solution = solve(load_problem("heat"), settings=FAST)
    assert np.abs(solution["u_error"][[0, -1], :]).max() < 1e-15
    assert np.abs(solution["u_error"][:, 0]).max() < 1e-15


def test_a_run_folder_holds_what_the_contract_names(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    solution = solve(load_problem("heat"), settings=FAST, out=folder, seed=4)
    assert {path.name for path in folder.iterdir()} == FILES
    report = json.loads((folder / "report.json").read_text())
    assert {
        "problem", "network", "n_parameters", "seed", "dtype", "device", "seconds",
        "relative_l2", "max_error", "loss", "converged", "stop_reason", "versions",
        "steps", "notes",
    } == set(report)  # fmt: skip
    assert (report["steps"], report["notes"]) == (7, [])
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


def test_the_same_seed_gives_the_same_field_and_another_seed_another() -> None:
    first, second = (solve(load_problem("burgers"), settings=FAST) for _ in range(2))
    other = solve(load_problem("burgers"), settings=FAST, seed=1)
    assert first["u"].tobytes() == second["u"].tobytes()
    assert first.history["loss"].tobytes() == second.history["loss"].tobytes()
    assert not np.array_equal(first["u"], other["u"])


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
        "lm": {"steps": share, "redraw_every": 20},
        "untie": {"steps": share, "redraw_every": 20},
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


def test_a_budget_ends_a_run_that_can_be_resumed(tmp_path: Path) -> None:
    settings = FAST | {"adam": {"steps": 30}}
    solution = solve(load_problem("heat"), settings=settings, out=tmp_path / "run", budget=0.5)
    assert "budget" in str(solution.attributes["stop_reason"])
    assert {path.name for path in (tmp_path / "run").iterdir()} == FILES
    resumed = resume(tmp_path / "run")
    assert resumed["u"].tobytes() == solve(load_problem("heat"), settings=settings)["u"].tobytes()
    again = resume(tmp_path / "run")
    assert again["u"].tobytes() == resumed["u"].tobytes()


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
    assert len(solution.plot().axes) == 6  # three maps with a color bar each


def test_a_network_object_is_trained(tmp_path: Path) -> None:
    network = make_kan((2, 4, 1), RBF, Generator().manual_seed(0))
    settings = {k: v for k, v in FAST.items() if k != "network"}
    solution = solve(load_problem("heat"), network, settings=settings, out=tmp_path / "run")
    assert solution.attributes["network"] == "custom"
    with pytest.raises(RunFolderError, match="network object"):
        resume(tmp_path / "run")
    with pytest.raises(SettingsError, match="2 features to 1 unknowns"):
        solve(load_problem("heat"), make_kan((3, 1), RBF, Generator()), settings=settings)


def test_float32_is_honored() -> None:
    solution = solve(load_problem("heat"), settings=FAST, dtype="float32")
    assert solution.attributes["dtype"] == "float32"
    assert solution["u"].dtype == np.float64


#: A residual that is finite when the run begins and NaN at its twentieth call while training.
NAN_LATER = (
    "type(self).calls += len(jet('u')) == 60\n"
    "        return {'heat': jet('u') * (float('nan') if self.calls > 20 else 1.0)}"
)


def solve_file(path: Path, **more: object) -> Solution:
    return solve(load_problem(str(path)), settings=FAST | more)


def test_soft_and_hard_conditions_are_announced(write_problem: Write) -> None:
    facts: list[tuple[str, str]] = []
    path = write_problem(conditions="{'a': Initial(u=1.0), 'b': Dirichlet(u=0.0)}")
    solve(load_problem(str(path)), settings=FAST, announce=facts.extend)
    found = dict(facts)
    assert found["conditions"] == "hard: none; soft: a_u, b_u"
    assert "contradict each other" in found["note"]
    assert {"problem", "network", "parameters", "points", "engine", "device", "dtype"} <= set(found)


def test_a_transform_of_the_user_replaces_the_automatic_one(write_problem: Write) -> None:
    extra = (
        "def transform(self, points, outputs):\n"
        "        x, t = points.unbind(1)\n"
        "        return {'u': torch.sin(torch.pi * x) + t * outputs['u']}"
    )
    facts: list[tuple[str, str]] = []
    problem = load_problem(str(write_problem(extra=extra)))
    solve(problem, settings=FAST, announce=facts.extend)
    assert dict(facts)["conditions"] == "hard: initial_u; soft: walls_u"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"residual": "return {'heat': torch.log(-jet('u_t') ** 2)}"},
            "term 'heat' is NaN or infinite for the untrained network",
        ),
        (
            {"extra": "def reference(self, points): return {'u': points}"},
            r"reference: u is \(121, 2\), expected shape \(121,\)",
        ),
        (
            {"extra": "def reference(self, points): return {'w': points[:, 0]}"},
            "reference must return a dict with the unknowns u",
        ),
        (
            {"extra": "def reference(self, points): return {'u': points[:, 0] / 0}"},
            "reference: u holds NaN",
        ),
        (
            {"extra": "def transform(self, points, outputs): return outputs['u']"},
            "transform must return a dict",
        ),
        (
            {"extra": "settings = {'adam': {'step': 3}}"},
            "mine.py: settings: no setting 'adam.step'",
        ),
        ({"extra": "settings = 3"}, "mine.py: settings: expected a dict of settings, got 3"),
    ],
)
def test_a_mistake_in_a_problem_is_named_before_anything_is_written(
    parts: dict[str, str], message: str, write_problem: Write, tmp_path: Path
) -> None:
    problem = load_problem(str(write_problem(**parts)))
    with pytest.raises((ProblemError, SettingsError), match=message) as caught:
        solve(problem, settings=FAST, out=tmp_path / "run")
    assert "mine.py" in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_residual_that_changes_its_terms_is_named(write_problem: Write) -> None:
    residual = "u = jet('u')\n        return {'a': u} if len(u) < 50 else {'b': u}"
    with pytest.raises(ProblemError, match=r"mine\.py: .* gives the term 'a' only some"):
        solve_file(write_problem(residual=residual, conditions="{}"))


def test_a_run_that_diverges_says_where_and_what_to_try(write_problem: Write) -> None:
    path = write_problem(residual=NAN_LATER, extra="calls = 0")
    for stage in ("adam", "lbfgs", "lm"):
        settings = {stage: {"steps": 60}, "report_every": 1, "stages": [stage]}
        with pytest.raises(TrainingError, match=f"in stage {stage} at step .*'heat'.*try --set"):
            solve_file(path, **settings)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"network": "cnn"}, "no network 'cnn'"),
        ({"dtype": "float16"}, "no dtype 'float16'; choose one of float64, float32"),
        ({"device": "abacus"}, "device 'abacus' cannot be used here"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"budget": 0.0}, "budget must be positive"),
        ({"settings": {"points": {"sequence": "fib"}}}, "points.sequence: input should be 'sobol'"),
        ({"settings": {"network": {"family": "sine"}}}, "no family 'sine'"),
        ({"settings": {"evaluation": {"shape": [5]}}}, "evaluation.shape: .* 2 numbers"),
        (
            {"settings": {"adam": {"schedule": "linear"}}},
            "adam.schedule: input should be 'constant'",
        ),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        solve(load_problem("heat"), **arguments)  # type: ignore[arg-type]


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


def test_a_ball_in_many_dimensions_is_stored_at_points(
    tmp_path: Path, write_problem: Write
) -> None:
    path = write_problem(
        domain="Ball(5)",
        coordinates="('x',)",
        conditions="{'rim': Dirichlet(u=0.0)}",
        residual="x, lap = jet('x', 'laplacian_u')\n        return {'poisson': lap + 10}",
        extra="def reference(self, points): return {'u': 1 - (points ** 2).sum(1)}",
    )
    settings = FAST | {"evaluation": {"points": 300}}
    solve(load_problem(str(path)), settings=settings, out=tmp_path / "run")
    solution = open_run(tmp_path / "run")
    assert solution.coordinates["points"].shape == (300, 5)
    assert solution["u"].shape == (300,)
    assert solution.field.slice is not None
    assert list(solution.field.slice.axes) == ["x1", "x2"]
    assert np.isnan(solution.field.slice.values["u"][0, 0])


def test_out_of_memory_is_a_failure_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*arguments: object) -> None:
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr("pinn_metakan.training.trainer.Trainer.run", exhausted)
    with pytest.raises(TrainingError, match=r"points\.interior"):
        solve(load_problem("heat"), settings=FAST)


def test_a_jacobian_that_is_too_large_is_replaced_and_the_user_is_told() -> None:
    told: list[tuple[str, str]] = []
    settings = FAST | {"lm": {"steps": 3, "max_numbers": 1000}}
    solution = solve(load_problem("heat"), settings=settings, announce=told.extend)
    (note,) = [text for name, text in told if name == "note"]
    assert "60 residuals x " in note
    assert "lbfgs takes the place" in note
    assert solution.history["step"][-1] == 7
