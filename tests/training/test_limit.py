"""What limits a run that is over."""

import math

import pytest

from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.training.limit import Limit, diagnose


@pytest.mark.parametrize(
    ("outcome", "loss", "ratio", "limit", "words"),
    [
        (Outcome.SETTLED, 1e-6, 30.0, Limit.POINTS, "30 times .* points.interior"),
        (Outcome.STEPS_TAKEN, 1e-6, 30.0, Limit.POINTS, "points.interior"),
        (Outcome.STEPS_TAKEN, 1e-6, 1.5, Limit.STEPS, "lm.steps"),
        (Outcome.STEPS_TAKEN, 1e-6, math.nan, Limit.STEPS, "still falling"),
        (Outcome.SETTLED, 1e-6, 1.5, Limit.NETWORK, "network.widths"),
        (Outcome.STUCK, 1e-6, 1.5, Limit.NETWORK, "widen.steps"),
        (Outcome.STUCK, 1e-27, 9.0, Limit.ARITHMETIC, "rounding"),
    ],
)
def test_a_run_is_limited_by(
    outcome: Outcome, loss: float, ratio: float, limit: Limit, words: str
) -> None:
    found = diagnose(Verdict(outcome, "over"), loss, ratio, 4.0)
    assert found is not None
    assert found.limit is limit
    with pytest.raises(ValueError, match=words):
        raise ValueError(found.sentence)


@pytest.mark.parametrize(
    "outcome", [Outcome.LOSS_REACHED, Outcome.OUT_OF_TIME, Outcome.INTERRUPTED]
)
def test_a_run_that_was_ended_is_limited_by_nothing(outcome: Outcome) -> None:
    assert diagnose(Verdict(outcome, "over"), 1.0, 9.0, 4.0) is None
