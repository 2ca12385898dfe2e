"""The guard that holds the loss against that on points which were not trained on."""

import math
from typing import Any

from pinn_metakan.training.least_squares import LeastSquares
from pinn_metakan.training.limit import ROUNDING

#: Training is slow where the loss on fresh points stays above this part of what it was when points
#: were drawn last (docs/decisions/0010-collocation-points.md).
_SLOW = 0.5


class PointGuard:
    """Replaces points, and adds to them where the loss on fresh ones is much above the trained one.

    A network with about as many parameters as residuals fits its points and not the equation. The
    loss on new points, before they are trained on, shows it. Where it has become slow, each new set
    of points undoes what the last one taught, and more of them help as well.

    Args:
        least_squares: What is minimized, and its points.
        largest_ratio: Loss on fresh points over that on trained ones, above which points are added.
    """

    def __init__(self, least_squares: LeastSquares, largest_ratio: float):
        self._least_squares = least_squares
        self._largest_ratio = largest_ratio
        #: Loss on fresh points over that on trained ones when they were last compared; NaN before.
        self.ratio = math.nan
        #: Loss on the points that were drawn last, when they were fresh; NaN before.
        self._drawn = math.nan

    @property
    def are_points_too_few(self) -> bool:
        """Whether the last ratio is above the largest one."""
        return self.ratio > self._largest_ratio

    def renew(self, trained: float, is_stuck: bool) -> float:
        """Draw new points, and more of them if they are too few or training is slow.

        Args:
            trained: The loss on the points so far.
            is_stuck: Whether no step lowers it.

        Returns:
            The loss on points that were not trained on.
        """
        self._least_squares.redraw()
        fresh = self._compared(trained, float(self._least_squares.evaluate()))
        is_slow = fresh > max(_SLOW * self._drawn, ROUNDING)  # false at first
        self._drawn = fresh
        if self.are_points_too_few or is_slow or is_stuck:
            self._least_squares.add_points()
        return fresh

    def compare(self, trained: float) -> float:
        """Evaluate the loss on fresh points, and go back to those so far.

        Args:
            trained: The loss on these.

        Returns:
            The loss on points that were not trained on.
        """
        return self._compared(trained, self._least_squares.fresh_loss())

    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on."""
        return {"ratio": self.ratio, "drawn": self._drawn}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.ratio = state["ratio"]
        self._drawn = state.get("drawn", math.nan)  # not in version 0.2.0

    def _compared(self, trained: float, fresh: float) -> float:
        self.ratio = fresh / trained if trained > 0 else math.nan
        return fresh
