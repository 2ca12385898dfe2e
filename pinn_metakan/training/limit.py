"""The verdict on a run that is over: whether it has converged, or what limits it, and what to try.

Each verdict is a word or two that reports, files and the command line have alike, and a sentence.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from pinn_metakan.optimizers.verdict import NO_STEPS, Outcome, Verdict

#: A scaled loss below this is rounding: residuals of 1e-12 of their terms' size
#: (docs/decisions/0010-collocation-points.md).
ROUNDING = 1e-24
#: A run that can go no further with a scaled loss above the first is stuck; soft conditions whose
#: part of the loss is above the second dominate it (docs/decisions/0028-verdicts.md).
_FAR, _DOMINANT = 1e-3, 0.9
#: With a scaled loss above this, a long time may be on another branch than the solution
#: (docs/decisions/0034-hard-cases.md).
_UNSURE = 1e-6
#: Causal weights above this count as 1 (docs/decisions/0034-hard-cases.md).
_COUNTS = 0.99
#: Outcomes of a run that was stopped before its end.
_BROKEN_OFF = (Outcome.OUT_OF_TIME, Outcome.INTERRUPTED, Outcome.STOPPED)


class Limit(Enum):
    """What a run would need to go further."""

    #: Nothing: the loss is as small as was asked for, or rounding.
    NOTHING = "converged"
    #: Fresh points have a much larger loss than those that were trained on.
    POINTS = "limited by points"
    #: Almost all of the loss is that of conditions.
    CONDITIONS = "limited by the conditions"
    #: Almost all of the loss is the noise of data.
    NOISE = "limited by the noise"
    #: The loss was still falling.
    STEPS = "limited by steps"
    #: The loss falls no more, on fresh points as well.
    NETWORK = "limited by the network"
    #: No step has lowered the loss.
    BETTER_STEPS = "nothing improved"
    #: The loss falls no more, far from a solution.
    ANOTHER_START = "stuck"
    #: The solution is not smooth: residuals at points say nothing of its jumps.
    SMOOTHNESS = "not smooth"
    #: It was stopped before its end.
    TIME = "stopped"


#: What goes on with a run that was stopped, by whether a folder keeps it.
_TO_GO_ON = {
    True: "go on with pinn-metakan resume",
    False: (
        "no folder keeps it to go on from: give solve(..., out=...) one, for pinn_metakan.resume, "
        "or a larger budget, or begin another run with its network, solve(..., start=solution)"
    ),
}


@dataclass(frozen=True)
class Diagnosis:
    """What limits a run, and a sentence that tells the user what to try.

    Args:
        limit: What it is.
        sentence: For people; nothing is decided by it.
    """

    limit: Limit
    sentence: str

    @property
    def line(self) -> str:
        """The verdict and the sentence."""
        return f"{self.limit.value}: {self.sentence}"


def diagnose(
    verdict: Verdict,
    loss: float,
    ratio: float,
    largest_ratio: float,
    conditions: Mapping[str, float] | None = None,
    carried: Sequence[str] = (),
    slabs: Sequence[float] = (),
    has_folder: bool = True,
    slabs_to_try: Callable[[], int] = lambda: 0,
    last_weight: float = 1.0,
    noise: float = 0.0,
    has_improved: bool = True,
) -> Diagnosis:
    """Tell what limits a run.

    Args:
        verdict: Why its last stage is over.
        loss: The loss at its end, of scaled residuals [-]; NaN if it has none.
        ratio: Loss on fresh points over that on trained ones; NaN if it was not measured.
        largest_ratio: Above it, points are too few.
        conditions: The part of the loss of each term that is a condition, 0 to 1.
        carried: Why the solution is not smooth; nothing if it may be.
        slabs: The loss that each slab of time ended with, where there are several.
        has_folder: Whether a run folder keeps it, to be resumed.
        slabs_to_try: Gives the number of slabs of time that may help; 0 where there can be none.
        last_weight: What the last times count for beside the first ones, 0 to 1.
        noise: The part of the loss that is data with noise, 0 to 1.
        has_improved: Whether a step has lowered the loss.

    Returns:
        The limit.
    """
    if verdict.outcome is Outcome.DRIFTED:  # and would again, if it went on
        return Diagnosis(Limit.ANOTHER_START, verdict.sentence)
    if carried:
        return Diagnosis(
            Limit.SMOOTHNESS,
            f"{carried[0]}; a strong form cannot converge there: expect large errors near that "
            "place, state smooth data, or add a little diffusion",
        )
    if verdict.outcome in _BROKEN_OFF:
        return Diagnosis(Limit.TIME, f"the run was not over; {_TO_GO_ON[has_folder]}")
    worst = max(slabs, default=math.nan)
    if worst > max(_FAR, loss):
        return Diagnosis(
            Limit.ANOTHER_START,
            f"slab {list(slabs).index(worst) + 1} of {len(slabs)} ended with a loss of "
            f"{worst:.0e}, far from a solution, and those after it go on from there; try --set "
            f"slabs={2 * len(slabs)}, --set lm.steps=... higher, or another --seed",
        )
    if last_weight < _COUNTS:
        return Diagnosis(
            Limit.STEPS,
            f"by loss.causality the last times count for {last_weight:.0e} of the first ones, "
            "which are not met well enough yet; try more steps, a smaller loss.causality, or --set "
            "loss.causality=0 and slabs=N",
        )
    if verdict.outcome is Outcome.LOSS_REACHED:
        return Diagnosis(Limit.NOTHING, f"the scaled loss of {loss:.0e} is what was asked for")
    if loss < ROUNDING:
        return Diagnosis(Limit.NOTHING, f"the scaled loss of {loss:.0e} is rounding")
    if math.isfinite(ratio) and ratio > largest_ratio:
        return Diagnosis(
            Limit.POINTS,
            f"the loss on fresh points is {ratio:.0f} times that on trained ones; try --set "
            "points.interior=... higher",
        )
    if not has_improved:
        return Diagnosis(
            Limit.BETTER_STEPS,
            f"no step has lowered the loss of {loss:.1e}, so this is the untrained network; try "
            "another stage, a lower learning rate, higher damping or another --seed",
        )
    parts = conditions or {}
    if sum(parts.values()) > _DOMINANT:
        most = max(parts, key=lambda term: parts[term])
        return Diagnosis(
            Limit.CONDITIONS,
            f"{sum(parts.values()):.0%} of the loss is that of conditions, most of it of {most}; "
            "see with pinn-metakan doctor whether data contradict each other; if not, try "
            f"""--set 'loss.multipliers=["{most}"]', --set loss.weights.{most}=... higher or """
            "--set points.boundary=... lower",
        )
    if noise > _DOMINANT and verdict.outcome is not Outcome.STEPS_TAKEN:
        return Diagnosis(
            Limit.NOISE,
            f"{noise:.0%} of the loss is that of data with noise, which is never 0: equations and "
            "numbers fit them; more values, or less noise, tell more",
        )
    if verdict == NO_STEPS:
        return Diagnosis(
            Limit.STEPS,
            "no stage has a step, so this is what the run began with; give one that `stages` names "
            "some, such as --set lm.steps=40",
        )
    if verdict.outcome is Outcome.STEPS_TAKEN:
        more = f"--set {verdict.stage or 'lm'}.steps=... higher"
        return Diagnosis(Limit.STEPS, f"the loss was still falling; try {more}")
    may_be_elsewhere = loss > _FAR or (loss > _UNSURE and len(slabs) < 2)
    count = slabs_to_try() if may_be_elsewhere else 0
    in_slabs = f"--set slabs={count}, " if count else ""
    if loss > _FAR:
        return Diagnosis(
            Limit.ANOTHER_START,
            f"the loss falls no more, and {loss:.0e} is far from a solution; try {in_slabs}another "
            "--seed, and see with pinn-metakan doctor what is suspicious",
        )
    return Diagnosis(
        Limit.NETWORK,
        f"the loss falls no more, on fresh points as well; try {in_slabs}--set network.widths=... "
        "wider, or a later stage such as --set widen.steps=100",
    )
