"""Few points first: a network that fits its points is found out, and given more."""

import math

import numpy as np
import pytest

from pinn_metakan import load_problem, solve
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings

#: 30 points for 240 parameters.
PLANTED = {
    "points": {"first": 30, "interior": 240},
    "network": {"widths": [10, 10]},
    "adam": {"steps": 10},
    "lm": {"steps": 41, "tolerance": 0.0},
    "evaluation": {"shape": [21, 21]},
}


def test_points_are_added_to_a_network_that_fits_them() -> None:
    """Within ten steps of the first comparison, and until there are more than parameters."""
    solution = solve(
        load_problem("burgers", parameters={"viscosity": 0.1}), "mlp", settings=PLANTED
    )
    history = solution.history
    points = dict(zip(history["step"], history["points"], strict=True))
    assert points[20.0] == 30.0
    assert points[30.0] == 60.0
    assert history["points"][-1] == 240.0
    fresh, loss = history["loss_fresh"], history["loss"]
    measured = np.isfinite(fresh)
    assert (fresh[measured] / loss[measured])[0] > 4.0
    assert solution.relative_l2["u"] < 0.02


def test_a_run_that_may_have_no_more_points_says_that_they_limit_it() -> None:
    settings = {**PLANTED, "points": {"first": 0, "interior": 30}}
    solution = solve(
        load_problem("burgers", parameters={"viscosity": 0.1}), "mlp", settings=settings
    )
    assert set(solution.history["points"]) == {30.0}
    assert solution.verdict == "limited by points"
    assert "points.interior" in str(solution.attributes["advice"])


def test_enough_points_stay_as_many() -> None:
    settings = {**PLANTED, "points": {"first": 300, "interior": 2000}, "lm": {"steps": 21}}
    solution = solve(load_problem("heat"), "mlp", settings={**settings, "network.widths": [4, 4]})
    assert set(solution.history["points"]) == {300.0}


@pytest.mark.parametrize("stop", [7, 10, 20, 25])
def test_a_guarded_run_goes_on_exactly(stop: int) -> None:
    """Points, their number and the last ratio are parts of the state."""
    problem = load_problem("burgers", parameters={"viscosity": 0.1})
    settings = suggested_settings(problem, "mlp", [("planted", PLANTED)])

    def run() -> AssembledRun:
        return AssembledRun(problem, choose("mlp", settings, 0, "cpu", "float64"))

    whole, first, second = run(), run(), run()
    whole.trainer.run(lambda: None, lambda entry: None)
    taken = iter(range(10 + stop))
    first.trainer.run(
        lambda: None if next(taken, None) is not None else first.trainer.verdict, lambda entry: None
    )
    second.load(first.state())
    second.trainer.run(lambda: None, lambda entry: None)
    assert second.record.step == whole.record.step
    assert math.isfinite(second.trainer.guard.ratio)
    assert second.trainer.guard.ratio == whole.trainer.guard.ratio
    for a, b in zip(second.ansatz.parameters(), whole.ansatz.parameters(), strict=True):
        assert a.equal(b)
