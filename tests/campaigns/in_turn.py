"""A generator that draws nothing: what stands in a table is chosen in turn."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import TypeVar

_Value = TypeVar("_Value")


class InTurn(Random):
    """Choose the rows of each table one after the other, from the first one again at its end.

    As often as a table has rows, each of them is chosen once.

    Args:
        first: The row of short tables, such as places, that the first choice takes.
    """

    #: Tables of fewer rows are short.
    SHORT = 20

    def __init__(self, first: int = 0):
        super().__init__(first)
        self._first = first
        self._chosen: Counter[tuple[object, ...]] = Counter()

    def choice(self, seq: Sequence[_Value]) -> _Value:
        """The next row of a table; a table is known by its rows."""
        rows = tuple(map(str, seq))
        number = self._chosen[rows] + (self._first if len(rows) < self.SHORT else 0)
        self._chosen[rows] += 1
        return seq[number % len(rows)]

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        """The next number."""
        numbers = range(start) if stop is None else range(start, stop, step)
        return self.choice(numbers)
