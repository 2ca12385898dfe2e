"""What ends a stage whose steps have become small."""

from pinn_metakan.optimizers.verdict import Verdict, slow_steps

#: Steps in a row whose fall of |r|^2 is below the tolerance that end a stage.
_MOST = 5


class IdleSteps:
    """Counts steps that lower |r|^2 too little.

    Args:
        tolerance: Part of |r|^2 that a step takes away at least.
        plateau: No step counts that ends above this.
    """

    def __init__(self, tolerance: float, plateau: float):
        self._tolerance, self._plateau = tolerance, plateau
        #: How many there were in a row: all that has to be kept to go on.
        self.count = 0

    def verdict(self, before: float, after: float) -> Verdict | None:
        """Judge how far a step has lowered |r|^2."""
        if before - after > self._tolerance * before or after > self._plateau:
            self.count = 0
            return None
        self.count += 1
        if self.count < _MOST:
            return None
        return slow_steps(self._tolerance)
