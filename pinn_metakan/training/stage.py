"""A stage of training, as the trainer runs it."""

from collections.abc import Callable
from dataclasses import dataclass

from pinn_metakan.optimizers.optimizer import Optimizer


@dataclass(frozen=True)
class Stage:
    """A run of steps with one optimizer.

    Args:
        name: Such as "adam".
        steps: How many at most.
        redraw_every: New points after so many steps; 0 for never.
        make: Makes the optimizer when the stage begins.
        remedy: A setting of the stage, and which way to change it where the loss is not finite.
        kind: Name of the optimizer; stages of one kind have about the same pace.
    """

    name: str
    steps: int
    redraw_every: int
    make: Callable[[], Optimizer]
    remedy: str = "adam.learning_rate lower"
    kind: str = ""
