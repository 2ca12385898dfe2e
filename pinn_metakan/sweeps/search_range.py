"""A range of numbers that a search may choose from."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pinn_metakan.errors import SettingsError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


@dataclass(frozen=True)
class SearchRange:
    """Numbers from `low` to `high`, both included.

    Args:
        low: The smallest one, in the unit of what is searched.
        high: The largest one.
        is_log: Whether their logarithms are alike, not the numbers.

    Raises:
        SettingsError: If it is empty, or logarithms are asked for where not all numbers are
            positive.

    >>> SearchRange(1e-4, 1e-1, is_log=True)
    SearchRange(low=0.0001, high=0.1, is_log=True)
    >>> SearchRange(3, 2)
    Traceback (most recent call last):
    pinn_metakan.errors.SettingsError: a range needs low < high, got 3..2
    """

    low: float
    high: float
    is_log: bool = False

    def __post_init__(self) -> None:
        ends = (self.low, self.high)
        if not all(isinstance(end, int | float) and math.isfinite(end) for end in ends):
            raise SettingsError(f"a range needs two finite numbers, got {self}")
        if not self.low < self.high:
            raise SettingsError(f"a range needs low < high, got {self}")
        if self.is_log and self.low <= 0:
            raise SettingsError(f"a range of logarithms needs positive numbers, got {self}")

    def __str__(self) -> str:
        return f"{'log:' if self.is_log else ''}{self.low:g}..{self.high:g}"

    @property
    def is_whole(self) -> bool:
        """Whether both ends are whole numbers by kind, as 3 is and 3.0 is not."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def distribution(self, is_whole: bool) -> "BaseDistribution":
        """What Optuna draws from.

        Args:
            is_whole: Whether only whole numbers are drawn.

        Returns:
            A distribution.
        """
        from optuna.distributions import FloatDistribution, IntDistribution

        if is_whole:
            return IntDistribution(int(self.low), int(self.high), log=self.is_log)
        return FloatDistribution(float(self.low), float(self.high), log=self.is_log)
