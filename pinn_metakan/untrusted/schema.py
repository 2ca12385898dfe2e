"""What a value that was read must be: its type, its range, its size."""

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pinn_metakan.errors import RunFolderError

#: Characters of a value that a message shows.
_SHOWN = 40


class Kind(ABC):
    """What a value must be."""

    @abstractmethod
    def check(self, value: object, place: str) -> None:
        """Refuse a value that is something else.

        Args:
            value: What was read.
            place: Where it stands, such as ``trainer.best_loss``.

        Raises:
            RunFolderError: If it is something else.
        """


@dataclass(frozen=True)
class Text(Kind):
    """Text.

    Args:
        choices: What it may be; any text unless given.
    """

    choices: Collection[str] = ()

    def check(self, value: object, place: str) -> None:
        """Refuse what is no text, or none of the choices."""
        if not isinstance(value, str):
            raise misfit(place, "text", value)
        if self.choices and value not in self.choices:
            raise misfit(place, f"one of {', '.join(self.choices)}", value)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number.

    Args:
        low: The smallest.
        high: The largest; what counts things that are held in memory is far below.
    """

    low: int = 0
    high: int = 2**63 - 1

    def check(self, value: object, place: str) -> None:
        """Refuse what is no whole number, or none between the ends."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise misfit(place, "a whole number", value)
        if not self.low <= value <= self.high:
            raise misfit(place, f"a whole number from {self.low} to {self.high}", value)


@dataclass(frozen=True)
class Number(Kind):
    """A number.

    Args:
        low: The smallest.
        is_finite: Whether NaN and infinity are refused.
    """

    low: float = -math.inf
    is_finite: bool = True

    def check(self, value: object, place: str) -> None:
        """Refuse what is no number, or none of this range."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise misfit(place, "a number", value)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if self.is_finite and not math.isfinite(number):
            raise misfit(place, "a finite number", value)
        if number < self.low:
            raise misfit(place, f"a number from {self.low:g} on", value)


@dataclass(frozen=True)
class Flag(Kind):
    """True or false."""

    def check(self, value: object, place: str) -> None:
        """Refuse what is neither."""
        if not isinstance(value, bool):
            raise misfit(place, "true or false", value)


@dataclass(frozen=True)
class Nothing(Kind):
    """No value."""

    def check(self, value: object, place: str) -> None:
        """Refuse a value."""
        if value is not None:
            raise misfit(place, "nothing", value)


@dataclass(frozen=True)
class Anything(Kind):
    """A value of any kind, which another place checks."""

    def check(self, value: object, place: str) -> None:
        """Refuse nothing."""


@dataclass(frozen=True)
class Either(Kind):
    """A value of one of two kinds.

    Args:
        first: One.
        second: The other one.
    """

    first: Kind
    second: Kind

    def check(self, value: object, place: str) -> None:
        """Refuse what is of neither kind."""
        try:
            self.first.check(value, place)
        except RunFolderError:
            self.second.check(value, place)


@dataclass(frozen=True)
class Listed(Kind):
    """A list.

    Args:
        each: What each of its values must be.
        count: How many there are; any number unless given.
    """

    each: Kind
    count: int | None = None

    def check(self, value: object, place: str) -> None:
        """Refuse what is no list, has another length, or a value of another kind."""
        if not isinstance(value, list | tuple):
            raise misfit(place, "a list", value)
        if self.count is not None and len(value) != self.count:
            raise misfit(place, f"a list of {self.count}", value)
        for number, part in enumerate(value):
            self.each.check(part, f"{place}[{number}]")


@dataclass(frozen=True)
class Table(Kind):
    """A table of values by name.

    Args:
        needed: What stands under names that must be there.
        allowed: What stands under names that may be there.
        others: What stands under any other name; None where there must be none.
    """

    needed: Mapping[str, Kind] = field(default_factory=dict)
    allowed: Mapping[str, Kind] = field(default_factory=dict)
    others: Kind | None = None

    def check(self, value: object, place: str) -> None:
        """Refuse what is no table, lacks a name, has one too many, or a value of another kind."""
        if not isinstance(value, Mapping):
            raise misfit(place, "a table", value)
        for name in self.needed:
            if name not in value:
                raise RunFolderError(f"{place}: there is no {name!r}")
        known = {**self.needed, **self.allowed}
        for name, part in value.items():
            if not isinstance(name, str):
                raise misfit(place, "names that are text", name)
            kind = known.get(name, self.others)
            if kind is None:
                raise misfit(place, f"only {', '.join(known)}", name)
            kind.check(part, f"{place}.{name}")


def misfit(place: str, expected: str, value: object) -> RunFolderError:
    """The refusal of a value.

    Args:
        place: Where it stands.
        expected: What it should be.
        value: What it is.

    Returns:
        The error, whose message is short and printable.
    """
    if isinstance(value, Mapping):
        shown = f"a table of {len(value)}"
    elif isinstance(value, list | tuple):
        shown = f"a list of {len(value)}"
    elif isinstance(value, str | int | float | bool | None):
        shown = _short(value)
    else:
        shown = type(value).__name__
    return RunFolderError(f"{place}: expected {expected}, got {shown}")


def _short(value: object) -> str:
    if isinstance(value, int) and abs(value) >= 10**_SHOWN:  # Python refuses to write 4,300 digits
        return "a whole number of many digits"
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
