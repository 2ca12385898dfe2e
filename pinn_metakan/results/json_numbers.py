"""Numbers as JSON can hold them, which has no NaN."""

import math
from collections.abc import Mapping
from typing import Any


def without_nan(told: Any) -> Any:
    """Copy what is told, with None for numbers that are not finite.

    Args:
        told: A number or text, or tables and lists of them.

    Returns:
        The same, with lists for tuples.

    >>> without_nan({"a": float("nan"), "b": (1.0, float("inf"))})
    {'a': None, 'b': [1.0, None]}
    """
    if isinstance(told, Mapping):
        return {key: without_nan(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [without_nan(value) for value in told]
    return None if isinstance(told, float) and not math.isfinite(told) else told
