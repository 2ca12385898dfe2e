"""What a sweep varies: values that are all tried, and ranges that are searched."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pinn_metakan.errors import SettingsError
from pinn_metakan.pde.problem import is_lost, recorded
from pinn_metakan.sweeps.search_range import SearchRange

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


@dataclass(frozen=True)
class GridAxis:
    """Values that are all tried.

    Args:
        name: What they are values of: a setting, ``seed``, ``network``, ``dtype`` or
            ``param.NAME``.
        values: In their order; what JSON can hold.
    """

    name: str
    values: tuple[object, ...]

    def record(self) -> object:
        """What tells this axis from another one."""
        return list(self.values)


@dataclass(frozen=True)
class SearchAxis:
    """A range or choices that are searched.

    Args:
        name: As for `GridAxis`.
        choices: Values to choose from, or a range of numbers.
        is_whole: Whether only whole numbers of a range are drawn.
    """

    name: str
    choices: tuple[object, ...] | SearchRange
    is_whole: bool = False

    @property
    def ends(self) -> tuple[object, ...]:
        """Values that stand for all, to be checked before anything is trained."""
        if not isinstance(self.choices, SearchRange):
            return self.choices
        ends = (self.choices.low, self.choices.high)
        return tuple(map(int, ends)) if self.is_whole else tuple(map(float, ends))

    def distribution(self) -> "BaseDistribution":
        """What Optuna draws from."""
        from optuna.distributions import CategoricalDistribution

        if isinstance(self.choices, SearchRange):
            return self.choices.distribution(self.is_whole)
        return CategoricalDistribution([_as_choice(value) for value in self.choices])

    def value(self, drawn: object) -> object:
        """The value of what Optuna drew."""
        if isinstance(self.choices, SearchRange):
            return drawn
        return next(value for value in self.choices if _as_choice(value) == drawn)

    def drawn(self, value: object) -> object:
        """What Optuna calls a value."""
        return value if isinstance(self.choices, SearchRange) else _as_choice(value)

    def record(self) -> object:
        """What tells this axis from another one."""
        return str(self.choices) if isinstance(self.choices, SearchRange) else list(self.choices)


def grid_axes(over: Mapping[str, Iterable[object]]) -> tuple[GridAxis, ...]:
    """Axes whose values are all tried.

    Args:
        over: Values by name.

    Returns:
        The axes, in the order of the names.

    Raises:
        SettingsError: If one has no values, twice the same, or one that cannot be written down.
    """
    return tuple(GridAxis(name, _listed("over", name, values)) for name, values in over.items())


def search_axes(search: Mapping[str, SearchRange | Sequence[object]]) -> tuple[SearchAxis, ...]:
    """Axes that are searched; whether a range is one of whole numbers is not known yet.

    Args:
        search: Ranges, or values to choose from, by name.

    Returns:
        The axes, in the order of the names.

    Raises:
        SettingsError: If one has less than two choices, twice the same, or one that cannot be
            written down.
    """
    axes = []
    for name, choices in search.items():
        if isinstance(choices, SearchRange):
            axes.append(SearchAxis(name, choices, choices.is_whole))
            continue
        listed = _listed("search", name, choices)
        if len(listed) < 2:
            raise SettingsError(
                f"search: {name} has one choice, {listed[0]!r}; give several, or a range such as "
                "1e-4..1e-1"
            )
        axes.append(SearchAxis(name, listed))
    return tuple(axes)


def shown(value: object) -> str:
    """A value for people, as an option takes it."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value)


def _listed(what: str, name: str, values: Iterable[object]) -> tuple[object, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise SettingsError(f"{what}: expected several values of {name}, got {values!r}")
    found = [recorded(value) for value in values]
    if not found:
        raise SettingsError(f"{what}: {name} has no values")
    lost = [value for value in found if is_lost(value)]
    if lost:
        raise SettingsError(
            f"{what}: {name} has a value that is no number, text, list or dict of such"
        )
    twice = [value for number, value in enumerate(found) if _is_among(value, found[:number])]
    if twice:
        raise SettingsError(f"{what}: {name} has the value {shown(twice[0])} twice")
    return tuple(found)


def _is_among(value: object, others: Sequence[object]) -> bool:
    """Whether a value is there; true and 1 are two."""
    return any(value == other and type(value) is type(other) for other in others)


def _as_choice(value: object) -> bool | int | float | str | None:
    """A value as a choice of Optuna, which takes no lists."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return json.dumps(value)
