"""What a problem states: attributes of a kind, and numbers that users give for them."""

import math
from typing import TypeVar

from pinn_metakan.errors import ProblemError

_Kind = TypeVar("_Kind")


def attributes_of(problem: object, kind: type[_Kind]) -> dict[str, _Kind]:
    """Find the attributes of a kind that a problem or its class has, by name."""
    attributes: dict[str, object] = {}
    for base in reversed(type(problem).__mro__):
        attributes.update(vars(base))
    attributes.update(vars(problem))
    return {name: value for name, value in attributes.items() if isinstance(value, kind)}


def finite_number(what: str, value: object) -> float:
    """Check a number.

    Args:
        what: What messages call it.
        value: What was given.

    Returns:
        The number.

    Raises:
        ProblemError: If it is none, or not finite.
    """
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ProblemError(f"{what} must be a number, got {value!r}") from None
    if not math.isfinite(number):
        raise ProblemError(f"{what} must be finite, got {number}")
    return number
