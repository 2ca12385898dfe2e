"""The objective: one residual vector whose squared length is the loss; points drawn anew."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from small_runs import FAST, SHIPPED
from torch import Generator

from pinn_metakan.errors import SettingsError
from pinn_metakan.losses.collocation import Collocation
from pinn_metakan.losses.objective import Objective
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings

Write = Callable[..., Path]


@pytest.fixture(params=["ball_poisson", "burgers", "heat", "poisson"])
def field_problem(request: pytest.FixtureRequest) -> Problem:
    """Problems of one unknown u in several coordinates."""
    return load_problem(str(SHIPPED / f"{request.param}.py"))


def run_of(problem: Problem, network: str = "metakan", **settings: object) -> AssembledRun:
    layers = [("fast", FAST), ("test", settings)]
    chosen = suggested_settings(problem, network, layers)  # type: ignore[arg-type]
    return AssembledRun(problem, choose(network, chosen, 0, "cpu", "float64"))


def with_part(objective: Objective, adaptive: float) -> Objective:
    """The same groups of terms, a part of whose points is drawn by size."""
    groups = objective.collocation.groups
    return objective.with_collocation(Collocation(groups, adaptive, Generator().manual_seed(2)))


def test_the_loss_is_the_weighted_sum_of_mean_squares(field_problem: Problem) -> None:
    run = run_of(field_problem, conditions="soft", loss={"condition_weight": 7.0})
    objective = run.objective
    expected = sum(
        (1.0 if term in run.formulation.equations.terms else 7.0)
        * float((values.detach() / objective.sizes[term]).square().mean())
        for term, values in objective.residuals().items()
    )
    assert float(objective.loss().detach()) == pytest.approx(expected, rel=1e-12)
    assert float(objective.vector().detach().norm() ** 2) == pytest.approx(expected, rel=1e-12)


def test_hard_conditions_leave_only_the_equations(field_problem: Problem) -> None:
    run = run_of(field_problem)
    assert set(run.objective.weights) == set(run.formulation.equations.terms)


def test_a_weight_of_a_term_overrides_the_weight_of_conditions(field_problem: Problem) -> None:
    term = next(iter(field_problem.conditions)) + "_u"
    settings = {"conditions": "soft", "loss": {"weights": {term: 3.0}}}
    assert run_of(field_problem, **settings).objective.weights[term] == 3.0


def test_a_weight_of_no_term_is_refused(field_problem: Problem) -> None:
    with pytest.raises(SettingsError, match="no residual term 'nothing'"):
        run_of(field_problem, loss={"weights": {"nothing": 1.0}})


def test_weights_are_generated_once_a_step(field_problem: Problem) -> None:
    run = run_of(field_problem, "metakan-sine", conditions="soft")
    calls: list[object] = []
    learner = run.network.layers[0].coefficients.meta_learner  # type: ignore[union-attr]
    learner.register_forward_pre_hook(lambda *a: calls.append(a))
    assert len(run.objective.collocation.groups) > 1
    run.objective.loss()
    assert len(calls) == 1


def test_redrawing_changes_all_points(field_problem: Problem) -> None:
    run = run_of(field_problem, conditions="soft")
    objective = run.objective
    groups = objective.collocation.groups
    before = [group.at.points.clone() for group in groups]
    objective.redraw()
    for group, old in zip(groups, before, strict=True):
        assert group.at.points.shape == old.shape
        assert (group.at.points != old).any()


def test_points_crowd_where_the_residual_is_large(field_problem: Problem) -> None:
    run = run_of(field_problem, points={"interior": 600})
    objective = run.objective

    def mean_size() -> float:
        values = torch.stack(list(objective.residuals().values()))
        return float(values.detach().abs().mean())

    with_part(objective, 0.0).redraw()
    uniform = mean_size()
    crowded = with_part(objective, 0.9)
    crowded.redraw()
    assert len(crowded.collocation.equations.at.points) == 600
    assert mean_size() > 1.02 * uniform


def test_points_crowd_in_a_front_even_where_the_residual_is_small(write_problem: Write) -> None:
    path = write_problem(
        conditions="{'front': Initial(u=lambda x: torch.tanh(100 * (x - 0.5)))}",
        residual="u, = (jet('u'),)\n        return {'none': 0.0 * u}",
    )
    run = run_of(load_problem(str(path)), points={"interior": 1000})
    in_front = []
    for part in (0.0, 1.0):
        with_part(run.objective, part).redraw()
        points = run.equations.at.points
        in_front.append(int(((points[:, 0] - 0.5).abs() < 0.02).sum()))
    assert in_front[1] > 5 * in_front[0]


def test_a_term_that_is_not_finite_is_named_with_its_place(field_problem: Problem) -> None:
    run = run_of(field_problem)
    assert run.objective.first_unusable_term() is None
    with torch.no_grad():
        next(run.network.parameters()).fill_(torch.nan)
    expected = run.formulation.equations.terms[0]
    count = len(run.equations.at.points)
    term, places = run.objective.first_unusable_term() or ("", "")
    assert term == expected
    assert places.startswith(f"{count} of {count} points, first at ")
