"""Laplacians over random dimensions: right in the mean, refused where they cannot be used."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
import torch
from small_runs import stop_at

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.errors import Interrupted, SettingsError
from pinn_metakan.losses.random_dimensions import RandomDimensions
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.resume import resume
from pinn_metakan.runs.solve import solve

STOCHASTIC: dict[str, object] = {
    "network": {"widths": [5]},
    "points": {"interior": 30, "boundary": 10},
    "stages": ["adam"],
    "adam": {"steps": 6, "redraw_every": 1},
    "loss": {"random_dimensions": 2},
    "evaluation": {"points": 50},
    "report_every": 2,
}


def ball_run(changes: dict[str, object] | None = None) -> AssembledRun:
    problem = load_problem("ball_allen_cahn", (), {"dimension": 4})
    return run_of(problem, "kan", STOCHASTIC | (changes or {}), "cpu", "float64")


@pytest.mark.parametrize("engine", ["jets", "autograd"])
@pytest.mark.parametrize("conditions", ["hard", "soft"])
def test_the_mean_over_all_pairs_of_parts_is_the_loss(engine: str, conditions: str) -> None:
    run = ball_run({"engine": engine, "conditions": conditions})
    random = RandomDimensions(run.objective, 2)
    parts = list(combinations(range(4), 2))
    losses = []
    for first in parts:
        for second in parts:
            random.parts = (first, second)
            losses.append(float(random.loss().detach()))
    expected = float(run.objective.loss().detach())
    assert sum(losses) / len(losses) == pytest.approx(expected, rel=1e-12)
    squares = [losses[k * len(parts) + k] for k in range(len(parts))]
    assert sum(squares) / len(parts) > expected * (1 + 1e-6)  # the bias of one part alone


def test_all_dimensions_are_the_loss_itself() -> None:
    run = ball_run()
    random = RandomDimensions(run.objective, 4)
    assert torch.allclose(random.loss(), run.objective.loss(), rtol=1e-12)


def test_every_pair_of_parts_is_drawn_alike() -> None:
    random = RandomDimensions(ball_run().objective, 1)
    generator, seen = torch.Generator().manual_seed(0), torch.zeros(4, 4)
    for _ in range(1600):
        random.draw(generator)
        ((first,), (second,)) = random.parts
        seen[first, second] += 1
    assert float(seen.min()) > 60
    assert float(seen.max()) < 140


def test_training_with_random_dimensions_lowers_the_error() -> None:
    settings = STOCHASTIC | {"adam": {"steps": 200, "redraw_every": 1}, "report_every": 50}
    solution = solve(load_problem("ball_poisson"), "kan", settings=settings)
    errors = solution.history["relative_l2_u"]
    assert errors[-1] < 0.6 * errors[0]
    assert solution.attributes["stop_reason"] == "adam: all 200 steps taken"


def test_a_resumed_run_goes_on_with_the_same_dimensions(tmp_path: Path) -> None:
    problem = load_problem("ball_poisson")
    whole = solve(problem, "kan", settings=STOCHASTIC)
    with pytest.raises(Interrupted):
        solve(problem, "kan", settings=STOCHASTIC, out=tmp_path / "run", progress=stop_at(4))
    resumed = resume(tmp_path / "run")
    assert (resumed["u"] == whole["u"]).all()
    assert (resumed.history["loss"] == whole.history["loss"]).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stages": ["adam", "lm"]}, "no squared length, which lm needs"),
        ({"stages": ["lbfgs"]}, "no squared length, which lbfgs needs"),
        ({"adam": {"steps": 3}}, "set adam.redraw_every too"),
        ({"loss": {"random_dimensions": 5}}, "5 are more than the 4 dimensions of space"),
    ],
)
def test_what_cannot_use_them_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        ball_run(changes)


def test_a_residual_without_a_laplacian_is_refused(write_problem: Callable[..., Path]) -> None:
    problem = load_problem(str(write_problem()))
    with pytest.raises(SettingsError, match="no residual asks for a Laplacian"):
        run_of(problem, "kan", STOCHASTIC, "cpu", "float64")


def test_a_tolerance_of_the_loss_is_refused() -> None:
    settings = {
        "stages": ["adam"],
        "adam": {"steps": 2, "redraw_every": 1},
        "loss": {"random_dimensions": 2},
        "tolerance": 1e-9,
    }
    with pytest.raises(SettingsError, match="leave tolerance at 0"):
        solve(load_problem("ball_poisson"), "metakan", settings=settings)


def test_it_follows_to_another_objective_with_its_dimensions() -> None:
    run = ball_run()
    random = RandomDimensions(run.objective, 2)
    random.draw(torch.Generator().manual_seed(3))
    again = random.of(run.objective.with_ansatz(run.ansatz))
    assert again.parts == random.parts
    assert torch.equal(again.loss(), random.loss())
