"""The spread of the errors of several runs, some of which failed."""

import math
from collections.abc import Sequence
from statistics import median


def spread(errors: Sequence[float]) -> tuple[float, float, float]:
    """Find the median of errors, the lowest and the highest.

    A run that failed has the error NaN and counts as one above all others.

    Args:
        errors: At least one.

    Returns:
        The three; NaN where a run that failed stands.
    """
    ordered = sorted(error if math.isfinite(error) else math.inf for error in errors)
    middle, lowest, highest = (
        value if math.isfinite(value) else math.nan
        for value in (median(ordered), ordered[0], ordered[-1])
    )
    return middle, lowest, highest
