"""What a training loop tells while it runs, and what may stop it."""

from collections.abc import Callable
from dataclasses import dataclass

from pinn_metakan.optimizers.verdict import Verdict


@dataclass(frozen=True)
class ProgressEntry:
    """Where a run stands.

    Args:
        stage: Name of the stage.
        step: Steps taken in all stages.
        total: Steps taken when all stages are over, at most; those that ended early count less.
        loss: The loss.
        errors: Relative L2 error by unknown.
        seconds: Training time so far.
        seconds_left: What the rest takes, each stage at its own pace, at most; None while the pace
            of a later stage is not known.
        stage_seconds_left: What the rest of this stage takes at its pace, at most.
        budget_left: Seconds that a budget leaves for training; None without one.
    """

    stage: str
    step: int
    total: int
    loss: float
    errors: dict[str, float]
    seconds: float
    seconds_left: float | None
    stage_seconds_left: float = 0.0
    budget_left: float | None = None


#: Asked before each step: why to stop now, or None.
ShouldStop = Callable[[], Verdict | None]
