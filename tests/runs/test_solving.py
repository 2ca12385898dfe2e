"""What a solve computes, and what it says before it starts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_runs import FAST
from torch import Generator

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.errors import (
    RunFolderError,
    SettingsError,
)
from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.kan import make_kan
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs import stages
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve

Write = Callable[..., Path]


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


def test_the_same_seed_gives_the_same_field_and_another_seed_another() -> None:
    first, second = (solve(load_problem("burgers"), settings=FAST) for _ in range(2))
    other = solve(load_problem("burgers"), settings=FAST, seed=1)
    assert first["u"].tobytes() == second["u"].tobytes()
    assert first.history["loss"].tobytes() == second.history["loss"].tobytes()
    assert not np.array_equal(first["u"], other["u"])


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


def test_soft_and_hard_conditions_are_announced(write_problem: Write) -> None:
    facts: list[tuple[str, str]] = []
    conditions = "{'a': Initial(u=1.0, u_t=0.0), 'b': Dirichlet(u=0.0)}"
    residual = "return {'waves': jet('u_tt') - jet('u_xx')}"
    path = write_problem(conditions=conditions, residual=residual)
    solve(load_problem(str(path)), settings=FAST, announce=facts.extend)
    found = dict(facts)
    assert found["conditions"] == "hard: none; soft: a_u, a_u_t, b_u"
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


def test_points_that_may_be_added_count_for_the_size_of_a_jacobian(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stages, "LARGEST_GRAM", 0)
    points = {"interior": 500, "first": 10}
    run = run_of(load_problem("heat"), "mlp", FAST | {"points": points}, "cpu", "float64")
    size = run.network.n_parameters
    assert run.notes == ()
    few = FAST | {"points": points, "lm": {"steps": 3, "max_numbers": 499 * size}}
    (note,) = run_of(load_problem("heat"), "mlp", few, "cpu", "float64").notes
    assert note.startswith(f"up to 500 residuals x {size} parameters are more than lm.max_numbers")


def test_a_jacobian_that_is_too_large_is_replaced_and_the_user_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stages, "LARGEST_GRAM", 0)
    told: list[tuple[str, str]] = []
    settings = FAST | {"lm": {"steps": 3, "max_numbers": 1000}}
    solution = solve(load_problem("heat"), settings=settings, announce=told.extend)
    (note,) = [text for name, text in told if name == "note"]
    assert "60 residuals x " in note
    assert "lm is the kernel of " in note
    assert solution.history["step"][-1] == 7
