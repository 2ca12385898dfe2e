"""Causal weights: late times count once early ones are met."""

import math

import pytest
import torch
from small_runs import FAST
from torch import Tensor

from pinn_metakan.errors import SettingsError
from pinn_metakan.losses.causality import CausalWeights
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings


def assembled(problem: str = "heat", **changes: object) -> AssembledRun:
    layer = FAST | {"loss": {"causality": 2.0}, "lm": {"steps": 12, "redraw_every": 5}} | changes
    settings = suggested_settings(load_problem(problem), "kan", [("test", layer)])
    return AssembledRun(load_problem(problem), choose("kan", settings, 0, "cpu", "float64"))


def test_weights_are_those_of_a_computation_by_hand() -> None:
    weights = CausalWeights(0.5, 1, 0.0, 32.0)  # bins of length 1
    times = [0.5, 0.7, 3.2, 31.9]
    points = torch.tensor([[9.0, t] for t in times], dtype=torch.float64)
    assert weights.at(points).tolist() == [1.0] * 4
    weights.follow(points, torch.tensor([1.0, 3.0, 2.0, 7.0], dtype=torch.float64))
    # Losses by bin: (1 + 9) / 2 = 5 in the first, 4 in the fourth, 49 in the last.
    expected = [1.0, 1.0, math.exp(-0.5 * 5), math.exp(-0.5 * 9)]
    assert weights.at(points).tolist() == pytest.approx(expected)
    assert float(weights.by_bin[3]) == pytest.approx(math.exp(-2.5))
    assert float(weights.by_bin[4]) == pytest.approx(math.exp(-4.5))


def test_the_loss_counts_late_times_by_their_weights_from_the_start() -> None:
    run = assembled()
    group = run.equations
    assert group.at.weights is not None
    residual = run.objective.residuals()["heat"].detach() / run.objective.sizes["heat"]
    expected = float((group.at.weights * residual.square()).mean())
    assert float(run.objective.loss().detach()) == pytest.approx(expected)
    late, early = group.at.points[:, 1] > 0.9, group.at.points[:, 1] < 0.02
    assert float(group.at.weights[late].max()) < float(group.at.weights[early].min()) == 1.0


def test_weights_follow_when_points_are_redrawn_and_not_before() -> None:
    run = assembled()
    objective = run.objective
    before = run.equations.at.weights
    assert before is not None
    with torch.no_grad():
        for parameter in run.ansatz.parameters():
            parameter.mul_(1.1)
    objective.fresh_loss()
    assert run.equations.at.weights is before
    objective.redraw()  # new points, by the weights of times as they were
    times, weights = run.equations.at.points[:, 1], run.equations.at.weights
    assert weights is not None
    profile = objective.collocation.pack()["weights of times"]["weights"]
    assert profile is not None
    assert weights.equal(profile[(times * 32).long().clamp(max=31)])
    objective.follow()
    assert not objective.collocation.pack()["weights of times"]["weights"].equal(profile)  # type: ignore[union-attr]


@pytest.mark.parametrize("stop", [3, 57])
def test_runs_with_causal_weights_go_on_exactly_where_they_were(stop: int) -> None:
    def trained(run: AssembledRun, steps: int) -> AssembledRun:
        taken = iter(range(steps))
        over = run.trainer.verdict
        run.trainer.run(lambda: None if next(taken, None) is not None else over, lambda entry: None)
        return run

    whole, first, second = trained(assembled(), 1000), trained(assembled(), stop), assembled()
    second.load(first.state())
    trained(second, 1000)

    def ends(run: AssembledRun) -> list[Tensor]:
        return [parameter.detach() for parameter in run.ansatz.parameters()]

    assert all(a.equal(b) for a, b in zip(ends(whole), ends(second), strict=True))


def test_a_loss_of_stale_weights_is_not_what_was_asked_for() -> None:
    run = assembled(tolerance=1e3, loss={"causality": 1e-3})
    with torch.no_grad():
        run.objective.collocation.pack()["weights of times"]["weights"].fill_(0.0)  # type: ignore[union-attr]
    run.trainer.run(lambda: None, lambda entry: None)
    assert run.trainer.verdict.sentence.startswith("adam: loss tolerance")
    assert run.record.step == 4  # at two the weights were found to be others
    assert 0.9 < run.objective.last_weight() < 1


def test_causality_is_refused_where_there_is_no_time() -> None:
    with pytest.raises(SettingsError, match=r"loss.causality: .*poisson.* has no time; set 0"):
        assembled("poisson")
