"""Which trials a sweep has, and what it refuses before one of them begins."""

from collections.abc import Callable
from typing import Any

import pytest

from pinn_metakan.errors import ProblemError, SettingsError
from pinn_metakan.sweeps.plan import SweepPlan
from pinn_metakan.sweeps.search_range import SearchRange

PlanOf = Callable[..., SweepPlan]
RATE = "adam.learning_rate"


def test_a_grid_tries_each_value_with_each_the_last_first(plan_of: PlanOf) -> None:
    plan = plan_of({"seed": range(2), "network.widths": [[4], [5, 5]], "conditions": ["soft"]})
    assert plan.count == 4
    assert [[*c.values()] for c in plan.combinations] == [
        [0, [4], "soft"], [0, [5, 5], "soft"], [1, [4], "soft"], [1, [5, 5], "soft"],
    ]  # fmt: skip
    assert plan.told() == "4 = 2 (seed) x 2 (network.widths) x 1 (conditions)"


def test_a_search_goes_on_at_all_combinations_in_turn(plan_of: PlanOf) -> None:
    plan = plan_of({"seed": [3, 4]}, {RATE: SearchRange(1e-4, 1e-1, is_log=True)}, trials=5)
    assert plan.count == 10
    assert [plan.combination(trial) for trial in range(4)] == [0, 1, 0, 1]
    assert (plan.goal, plan.pruning) == ("error", "steps")


def test_each_value_arrives_where_it_belongs(plan_of: PlanOf) -> None:
    plan = plan_of({"seed": [1, 5], "network": ["kan", "mlp"], "dtype": ["float32"]})
    values = {"seed": 5, "network": "mlp", "dtype": "float32", "param.diffusivity": 0.5, RATE: 0.1}
    run = plan.run(values)
    assert (run.seed, run.network, run.dtype) == (5, "mlp", "float32")
    assert run.problem.parameters == {"diffusivity": 0.5}
    assert run.choices().settings.as_dict()["adam"]["learning_rate"] == 0.1


def test_whole_numbers_are_searched_where_the_setting_is_one(plan_of: PlanOf) -> None:
    plan = plan_of(search={"adam.steps": SearchRange(10.0, 20.0), RATE: SearchRange(1, 2)})
    assert [axis.is_whole for axis in plan.search] == [True, False]
    assert plan.search[0].ends == (10, 20)


def test_sweeps_that_differ_in_anything_but_the_number_of_trials_have_other_names(
    plan_of: PlanOf,
) -> None:
    search = {RATE: SearchRange(1e-4, 1e-1, is_log=True)}
    name = plan_of(search=search, trials=5).name
    assert plan_of(search=search, trials=9).name == name
    others = [
        plan_of(search={RATE: SearchRange(1e-4, 1e-1)}),
        plan_of(search=search, prune="off"),
        plan_of(search=search, settings={"lm.steps": 9}),
        plan_of({"seed": [0]}, search),
    ]
    assert len({name, *(plan.name for plan in others)}) == 5


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "a sweep needs something to vary: over or search"),
        ({"over": {"adam.lr": [1.0]}}, r"over adam\.lr=1: no setting 'adam\.lr'; there are steps"),
        ({"over": {"adams": [1]}}, "over adams=1: no setting 'adams'"),
        ({"over": {"adam.steps": [3, -1]}}, r"over adam\.steps=-1: adam\.steps: .* got -1"),
        ({"over": {"network.widths": [[4], [0]]}}, r"over network\.widths=\[0\]: network\.widths"),
        ({"over": {"seed": [1, 1]}}, "over: seed has the value 1 twice"),
        ({"over": {"seed": []}}, "over: seed has no values"),
        ({"over": {"seed": [1.5]}}, r"over: a seed is a whole number, got 1\.5"),
        ({"over": {"seed": [-1]}}, "the seed must be a whole number from 0"),
        ({"over": {"seed": 3}}, "over: expected several values of seed, got 3"),
        ({"over": {"network": ["cnn"]}}, "no network 'cnn'; choose one of"),
        ({"over": {"network": [3]}}, "over: network is a name, got 3"),
        ({"over": {"dtype": ["int8"]}}, "no dtype 'int8'; choose one of"),
        ({"over": {"seed": [object()]}}, "over: seed has a value that is no number"),
        ({"search": {RATE: [0.1]}}, r"search: adam\.learning_rate has one choice, 0\.1"),
        ({"search": {RATE: SearchRange(-1, 1)}}, r"search adam\.learning_rate=-1: .* got -1"),
        ({"search": {"adam.steps": SearchRange(0.5, 3)}}, r"adam\.steps is a whole number"),
        ({"search": {"network.widths": SearchRange(1, 3)}}, r"network\.widths is no number but"),
        ({"over": {RATE: [0.1]}, "search": {RATE: [0.1, 0.2]}}, "is given twice"),
        ({"over": {"seed": [1]}, "trials": 3}, "trials: only a search has a number of trials"),
        ({"search": {RATE: [0.1, 0.2]}, "trials": 0}, "trials: expected 1 or more, got 0"),
        ({"over": {"seed": [1]}, "minimize": "time"}, "minimize: choose one of error, loss"),
        ({"over": {"seed": [1]}, "prune": "yes"}, "prune: choose one of off, steps, seconds"),
        (
            {"over": {"network": ["kan", "mlp"], "network.prompt_dimension": [2]}},
            r"sweep: network=kan, network\.prompt_dimension=2: .* no setting",
        ),
    ],
)  # fmt: skip
def test_mistakes_are_refused_before_a_trial_begins(
    asked: dict[str, Any], message: str, plan_of: PlanOf
) -> None:
    with pytest.raises(SettingsError, match=message):
        plan_of(**asked)


def test_a_parameter_that_the_problem_does_not_have_is_refused(plan_of: PlanOf) -> None:
    with pytest.raises(ProblemError, match="no parameter 'viscosity'; there are diffusivity"):
        plan_of({"param.viscosity": [0.1]})


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        ((2, 2), "low < high"),
        ((3, 2), r"got 3\.\.2"),
        ((0.0, float("inf")), "two finite numbers"),
        ((0.0, 1.0, True), "logarithms needs positive numbers, got log:0..1"),
    ],
)
def test_ranges_without_numbers_are_refused(ends: tuple[float, ...], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        SearchRange(*ends)  # type: ignore[arg-type]
