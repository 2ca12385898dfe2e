"""A value of a hypothesis strategy, drawn from a generator that the case is given."""

from random import Random
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

_Value = TypeVar("_Value")

#: The first examples that hypothesis makes are the simplest; the last of so many is taken.
_EXAMPLES = 4
_quietly = settings(
    max_examples=_EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def drawn(strategy: st.SearchStrategy[_Value], random: Random) -> _Value:
    """One value of a strategy, the same for the same state of the generator."""
    found: list[_Value] = []

    @seed(random.getrandbits(64))
    @_quietly
    @given(strategy)
    def keep(value: _Value) -> None:
        found.append(value)

    keep()
    return found[-1]
