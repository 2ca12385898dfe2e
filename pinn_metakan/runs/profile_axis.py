"""The coordinate along which an unknown number is held at other values."""

import math
from dataclasses import dataclass

import torch

from pinn_metakan.pde.unknown import Unknown

#: A number whose bounds are so many standard errors away goes by its value, others by the free
#: number that is trained (docs/decisions/0046-how-sure.md).
_FAR = 5.0
#: Stands for the standard deviation of a free number that data do not tell.
_UNTOLD = 0.5


@dataclass(frozen=True)
class ProfileAxis:
    """A number, by its value or by its free number, in standard errors from what was found.

    Args:
        unknown: The number.
        value: What was found [unit].
        standard_error: Of the value [unit]; NaN where data do not tell it.
    """

    unknown: Unknown
    value: float
    standard_error: float

    @property
    def is_told(self) -> bool:
        """Whether its standard error is known."""
        return math.isfinite(self.standard_error) and self.standard_error > 0

    @property
    def sign(self) -> int:
        """Whether the value rises with the free number, 1, or falls, -1."""
        return -1 if self.unknown.low is None and self.unknown.high is not None else 1

    def at(self, distance: float) -> float:
        """Value so many standard errors away [unit].

        Args:
            distance: Above what was found, or below if negative [standard errors].

        Returns:
            The value, between the bounds or, by rounding, on one.
        """
        if self._goes_by_value:
            return self.value + self._short_of_bound(distance) * self.standard_error
        inside = self.unknown.inside(self.value)
        free = torch.tensor(self.unknown.to_free(inside), dtype=torch.float64)
        slope = float(torch.func.grad(self.unknown.of_free)(free))
        size = self.standard_error / slope if self.is_told and slope else _UNTOLD
        return float(self.unknown.of_free(free + distance * size))

    def _short_of_bound(self, distance: float) -> float:
        """The distance up to halfway to the bound; from there on ever less, so that none is met."""
        bound = self.unknown.low if distance < 0 else self.unknown.high
        if bound is None:
            return distance
        half = abs(bound - self.value) / self.standard_error / 2
        if abs(distance) <= half:
            return distance
        # The slope is the same on both sides of halfway.
        gone = 2 * half - half * math.exp(1 - abs(distance) / half)
        return math.copysign(gone, distance)

    @property
    def _goes_by_value(self) -> bool:
        if not self.is_told:
            return False
        low = -math.inf if self.unknown.low is None else self.unknown.low
        high = math.inf if self.unknown.high is None else self.unknown.high
        room = _FAR * self.standard_error
        return self.value - room > low and self.value + room < high
