"""An equation that holds up to an error, as chi-square counts it."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class InexactEquation:
    """An equation that holds up to a model error.

    Args:
        rows: Where it is in the residual vector.
        size: Root mean square of its residual [its unit].
        factor: What that enters the length of the vector with.
        sigma: Standard deviation of the model error [unit of the residual].
        cells: In how many cells of the domain that has values of its own [-].
    """

    rows: slice
    size: float
    factor: float
    sigma: float
    cells: float

    @property
    def scale(self) -> float:
        """What rows of the vector are multiplied by, so that their squares are chi-square's."""
        return math.sqrt(self.cells) / (self.factor * self.sigma)
