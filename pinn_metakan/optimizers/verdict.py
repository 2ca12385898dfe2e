"""Why a stage or a run ended, as a value that carries its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Outcome(Enum):
    """What a verdict means for what follows."""

    #: The loss is as small as was asked for: nothing is left to do.
    LOSS_REACHED = "loss reached"
    #: A step or the gradient has become as small as was asked for.
    SETTLED = "settled"
    #: No step lowers the loss on these points.
    STUCK = "stuck"
    #: All steps were taken.
    STEPS_TAKEN = "steps taken"
    #: The loss is NaN or infinite: the run has failed.
    NOT_FINITE = "not finite"
    #: The time that was given is used up.
    OUT_OF_TIME = "out of time"
    #: The user wants to stop.
    INTERRUPTED = "interrupted"
    #: Whoever is told of its progress wants no more of it.
    STOPPED = "stopped"
    #: An unknown number goes to zero, to infinity or to its bound, and would go on doing so.
    DRIFTED = "drifted"


@dataclass(frozen=True)
class Verdict:
    """An outcome, and a sentence that tells the user of it.

    Args:
        outcome: What it means.
        sentence: For people; nothing is decided by it.
        stage: Name of the stage that it ended; empty if it is not known.
    """

    outcome: Outcome
    sentence: str
    stage: str = ""

    @property
    def is_converged(self) -> bool:
        """Whether a tolerance ended it."""
        return self.outcome in (Outcome.LOSS_REACHED, Outcome.SETTLED)

    def in_stage(self, name: str) -> "Verdict":
        """The same of a stage: its sentence begins with the name."""
        return Verdict(self.outcome, f"{name}: {self.sentence}", name)


#: The verdict on a run that has nothing to do.
NO_STEPS = Verdict(Outcome.STEPS_TAKEN, "no stage has a step")
#: The verdict where nothing is left to lower.
ZERO = Verdict(Outcome.LOSS_REACHED, "loss tolerance: the residual is zero")
#: The verdict on a step that no damping makes worth taking.
NO_LOWER_LOSS = Verdict(Outcome.STUCK, "no progress: no damping gives a lower loss")


def slow_steps(tolerance: float) -> Verdict:
    """The verdict on steps that lower |r|^2 too little.

    Args:
        tolerance: Part of |r|^2 that a step takes away at least.

    Returns:
        That the stage has settled.
    """
    sentence = f"step tolerance: |r|^2 falls by less than {tolerance:.0e} of it per step"
    return Verdict(Outcome.SETTLED, sentence)


def recorded_verdict(state: Mapping[str, Any]) -> Verdict:
    """What ended a run, from its state; version 0.1.0 kept the sentence alone.

    Args:
        state: That of a trainer.

    Returns:
        The verdict.

    Raises:
        KeyError: If the state is that of another version.
    """
    sentence = state["stop_reason"]
    if "outcome" in state:
        outcomes = {outcome.value: outcome for outcome in Outcome}
        return Verdict(outcomes[state["outcome"]], sentence, state.get("last_stage", ""))
    if ": loss tolerance" in sentence:
        return Verdict(Outcome.LOSS_REACHED, sentence)
    outcome = Outcome.SETTLED if "tolerance" in sentence else Outcome.STEPS_TAKEN
    return Verdict(outcome, sentence)
