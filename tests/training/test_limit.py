"""The verdict on a run that is over."""

import math

import pytest

from pinn_metakan.optimizers.verdict import NO_STEPS, Outcome, Verdict
from pinn_metakan.training.limit import Limit, diagnose


@pytest.mark.parametrize(
    ("outcome", "loss", "ratio", "limit", "words"),
    [
        (Outcome.SETTLED, 1e-6, 30.0, Limit.POINTS, "30 times .* points.interior"),
        (Outcome.STEPS_TAKEN, 1e-6, 30.0, Limit.POINTS, "points.interior"),
        (Outcome.STEPS_TAKEN, 1e-6, 1.5, Limit.STEPS, "lm.steps"),
        (Outcome.STEPS_TAKEN, 1e-2, 1.5, Limit.STEPS, "lm.steps"),
        (Outcome.STEPS_TAKEN, 1e-6, math.nan, Limit.STEPS, "still falling"),
        (Outcome.SETTLED, 1e-6, 1.5, Limit.NETWORK, "network.widths"),
        (Outcome.STUCK, 1e-6, 1.5, Limit.NETWORK, "widen.steps"),
        (
            Outcome.STUCK,
            0.02,
            1.5,
            Limit.ANOTHER_START,
            "2e-02 is far .*; try another --seed.*doctor",
        ),
        (Outcome.SETTLED, 0.02, math.nan, Limit.ANOTHER_START, "falls no more"),
        (Outcome.STUCK, 1e-27, 9.0, Limit.NOTHING, "1e-27 is rounding"),
        (Outcome.LOSS_REACHED, 1e-9, 9.0, Limit.NOTHING, "1e-09 is what was asked for"),
        (Outcome.OUT_OF_TIME, 1.0, 9.0, Limit.TIME, "pinn-metakan resume"),
        (Outcome.INTERRUPTED, 1.0, 9.0, Limit.TIME, "was not over"),
    ],
)
def test_a_run_is_limited_by(
    outcome: Outcome, loss: float, ratio: float, limit: Limit, words: str
) -> None:
    found = diagnose(Verdict(outcome, "over"), loss, ratio, 4.0, {"walls_u": 0.2})
    assert found.limit is limit
    with pytest.raises(ValueError, match=f"^{limit.value}: .*{words}"):
        raise ValueError(found.line)


@pytest.mark.parametrize("outcome", [Outcome.STEPS_TAKEN, Outcome.STUCK, Outcome.SETTLED])
def test_a_run_whose_loss_is_that_of_conditions_is_limited_by_them(outcome: Outcome) -> None:
    parts = {"start_u": 0.35, "walls_u": 0.6}
    found = diagnose(Verdict(outcome, "over"), 1e-2, 1.5, 4.0, parts)
    assert found.limit is Limit.CONDITIONS
    assert "95% of the loss is that of conditions, most of it of walls_u" in found.sentence
    assert """try --set 'loss.multipliers=["walls_u"]'""" in found.sentence
    assert diagnose(Verdict(outcome, "over"), 1e-2, 9.0, 4.0, parts).limit is Limit.POINTS


def test_a_run_without_a_folder_is_not_told_to_be_resumed() -> None:
    found = diagnose(Verdict(Outcome.OUT_OF_TIME, "over"), 1.0, 1.0, 4.0, has_folder=False)
    assert found.limit is Limit.TIME
    assert "no folder keeps it to go on from: give solve(..., out=...) one" in found.sentence


def test_a_run_that_is_stuck_is_told_how_many_slabs_to_try() -> None:
    stuck = Verdict(Outcome.STUCK, "over")
    found = diagnose(stuck, 0.02, 1.5, 4.0, slabs_to_try=lambda: 7)
    assert "far from a solution; try --set slabs=7, another --seed" in found.sentence
    for loss, words in ((2e-4, "try --set slabs=7, --set network.widths"), (1e-9, "try --set net")):
        found = diagnose(stuck, loss, 1.5, 4.0, slabs_to_try=lambda: 7)
        assert found.limit is Limit.NETWORK
        assert words in found.sentence


def test_a_run_whose_last_times_do_not_count_yet_has_not_converged() -> None:
    over = Verdict(Outcome.LOSS_REACHED, "over")
    found = diagnose(over, 1e-21, 1.0, 4.0, last_weight=2e-5)
    assert found.limit is Limit.STEPS
    assert "the last times count for 2e-05 of the first ones" in found.sentence


def test_an_earlier_slab_that_ended_far_from_a_solution_is_told() -> None:
    over = Verdict(Outcome.LOSS_REACHED, "over")
    found = diagnose(over, 1e-21, 1.0, 4.0, slabs=[1e-21, 0.3, 1e-9, 1e-21])
    assert found.limit is Limit.ANOTHER_START
    assert "slab 2 of 4 ended with a loss of 3e-01, far from a solution" in found.sentence
    assert "--set slabs=8" in found.sentence
    found = diagnose(over, 1e-21, 1.0, 4.0, slabs=[1e-21, 1e-9, 1e-21])
    assert found.limit is Limit.NOTHING


def test_each_verdict_has_its_own_word() -> None:
    assert {limit.value for limit in Limit} == {
        "converged", "limited by points", "limited by the conditions", "limited by the noise",
        "limited by steps", "nothing improved",
        "limited by the network", "stuck", "stopped", "not smooth",
    }  # fmt: skip


def test_a_solution_that_is_not_smooth_limits_any_run() -> None:
    why = ["the solution is discontinuous, for start_u: its data jump at x = 0.3"]
    for outcome in (Outcome.OUT_OF_TIME, Outcome.SETTLED, Outcome.LOSS_REACHED):
        found = diagnose(Verdict(outcome, "over"), 1e-27, 1.0, 4.0, carried=why)
        assert found.limit is Limit.SMOOTHNESS
        assert "a strong form cannot converge there" in found.sentence


def test_more_steps_are_advised_of_the_stage_that_took_all_of_its_own() -> None:
    verdict = Verdict(Outcome.STEPS_TAKEN, "all 20 steps taken").in_stage("enrich")
    assert "--set enrich.steps=" in diagnose(verdict, 1e-6, 1.5, 4.0).sentence


def test_a_run_without_a_step_is_not_told_that_its_loss_was_falling() -> None:
    diagnosis = diagnose(NO_STEPS, 0.5, math.nan, 4.0)
    assert diagnosis.limit is Limit.STEPS
    assert "no stage has a step" in diagnosis.sentence
