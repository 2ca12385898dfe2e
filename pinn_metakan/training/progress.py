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
        total: Steps that all stages have at most.
        loss: The loss.
        errors: Relative L2 error by unknown.
        seconds: Training time so far.
        seconds_left: What the rest takes at the pace of this stage, at most.
    """

    stage: str
    step: int
    total: int
    loss: float
    errors: dict[str, float]
    seconds: float
    seconds_left: float


#: Asked before each step: why to stop now, or None.
ShouldStop = Callable[[], Verdict | None]
