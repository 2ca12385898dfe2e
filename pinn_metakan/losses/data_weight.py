"""What data with noise count for beside equations: as much at first, and hardly at the end."""

from collections.abc import Collection

from pinn_metakan.pde.condition import NoiseLevel
from pinn_metakan.pde.formulation import Formulation

#: What the weight of data falls by in one step (docs/decisions/0043-unknown-numbers.md).
_FALL = 0.01


class DataWeight:
    r"""A factor of the weights of data with noise, which falls to 1.

    Equations and conditions that count as nearly exact leave the data one valley, along which the
    unknown numbers change: it is narrow, and curved. So training begins with data that count as
    much as equations, which shows the numbers within their noise, and goes down by the factor.

    Args:
        terms: Terms of data with noise.
        last: The weight that they have at the end; they begin with 1.
        inexact: Equations with a model error, which go with the data up to a weight of 1.
    """

    def __init__(self, terms: Collection[str], last: float, inexact: Collection[str] = ()):
        self._terms, self._inexact = frozenset(terms), frozenset(inexact)
        #: What the weights of the terms are multiplied by.
        self.factor = 1.0 / last if terms and 0 < last < 1 else 1.0

    @property
    def is_at_end(self) -> bool:
        """Whether it falls no more."""
        return self.factor <= 1.0

    def of(self, term: str, weight: float) -> float:
        """The factor of a term that has a weight; 1 for those without noise and model error."""
        if term in self._inexact and weight > 0:
            return max(min(self.factor, 1.0 / weight), 1.0)
        return self.factor if term in self._terms else 1.0

    def fall(self) -> bool:
        """Let data count for less; False if they do already."""
        if self.is_at_end:
            return False
        self.factor = max(self.factor * _FALL, 1.0)
        return True


def noise_levels(formulation: Formulation) -> dict[str, NoiseLevel]:
    """Find the terms of a problem that are data with noise.

    Args:
        formulation: The problem.

    Returns:
        The noise by term.
    """
    found: dict[str, NoiseLevel] = {}
    for name, condition in formulation.problem.conditions.items():
        levels = condition.noise_levels()
        found |= {f"{name}_{key}": level for key, level in levels.items()}
    return found
