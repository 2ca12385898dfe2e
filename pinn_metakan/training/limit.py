"""What limits a run that is over: points, steps, or the network."""

import math
from dataclasses import dataclass
from enum import Enum

from pinn_metakan.optimizers.verdict import Outcome, Verdict

#: A scaled loss below this is rounding: residuals of 1e-12 of their terms' size
#: (docs/decisions/0010-collocation-points.md).
ROUNDING = 1e-24


class Limit(Enum):
    """What a run would need to go further."""

    #: Fresh points have a much larger loss than those that were trained on.
    POINTS = "points"
    #: The loss was still falling.
    STEPS = "steps"
    #: The loss falls no more, on fresh points as well.
    NETWORK = "network"
    #: Nothing: the residual is rounding.
    ARITHMETIC = "arithmetic"


@dataclass(frozen=True)
class Diagnosis:
    """What limits a run, and a sentence that tells the user what to try.

    Args:
        limit: What it is.
        sentence: For people; nothing is decided by it.
    """

    limit: Limit
    sentence: str


def diagnose(verdict: Verdict, loss: float, ratio: float, largest_ratio: float) -> Diagnosis | None:
    """Tell what limits a run.

    Args:
        verdict: Why its last stage is over.
        loss: The loss at its end, of scaled residuals [-].
        ratio: Loss on fresh points over that on trained ones; NaN if it was not measured.
        largest_ratio: Above it, points are too few.

    Returns:
        The limit; None for a run that was stopped, or that has reached what was asked for.
    """
    if verdict.outcome in (Outcome.LOSS_REACHED, Outcome.OUT_OF_TIME, Outcome.INTERRUPTED):
        return None
    if loss < ROUNDING:
        return Diagnosis(
            Limit.ARITHMETIC, f"nothing limits it but rounding: the scaled loss is {loss:.0e}"
        )
    if math.isfinite(ratio) and ratio > largest_ratio:
        return Diagnosis(
            Limit.POINTS,
            f"limited by points: the loss on fresh points is {ratio:.0f} times that on trained "
            "ones; try --set points.interior=... higher",
        )
    if verdict.outcome is Outcome.STEPS_TAKEN:
        return Diagnosis(
            Limit.STEPS,
            "limited by steps: the loss was still falling; try --set lm.steps=... higher",
        )
    return Diagnosis(
        Limit.NETWORK,
        "limited by the network: the loss falls no more, on fresh points as well; try --set "
        "network.widths=... wider, or a later stage such as --set widen.steps=100",
    )
