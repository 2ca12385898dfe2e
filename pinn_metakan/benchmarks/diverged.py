"""Networks that diverge: a row of a table that says so, and not the end of it."""

import logging
import math
from collections.abc import Callable, Iterable
from typing import TypeVar

import torch

from pinn_metakan.errors import TrainingError

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

#: The error of a network that diverged: above all others, in medians and ranges too.
DIVERGED = math.inf


def unless_diverged(label: str, train: Callable[[], Result]) -> Result | None:
    """Train, and log why if that diverges.

    Args:
        label: What is trained, for the log.
        train: Trains and gives a result.

    Returns:
        The result; None if it diverged.

    Raises:
        TrainingError: If it ran out of memory, of which the rows to come have no more.
    """
    try:
        return train()
    except TrainingError as error:
        if isinstance(error.__cause__, torch.OutOfMemoryError):
            raise
        logger.warning("%s diverged: %s", label, error)
        return None


def known_errors(errors: Iterable[float]) -> list[float]:
    """Sort errors, NaN as `DIVERGED`: a test error that is not a number is that of such a fit."""
    return sorted(DIVERGED if math.isnan(error) else error for error in errors)


def shown_error(error: float) -> str:
    """Give the text of an error, two digits or "diverged"."""
    return "diverged" if error == DIVERGED else f"{error:.1e}"
