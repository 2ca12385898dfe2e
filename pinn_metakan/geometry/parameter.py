"""A parameter of a problem that is one more coordinate of its solution."""

import math
from dataclasses import dataclass

from torch import Tensor

from pinn_metakan.geometry.domain import checked_side


@dataclass(frozen=True)
class Parameter:
    r"""The values of a parameter for all of which a problem is solved at once: u(x, D, t).

    Points are drawn uniformly in D or, on a logarithmic scale, in log D:

    .. math:: D = a + s (b - a), \qquad D = a (b / a)^s, \qquad s \in [0, 1]

    Args:
        low: Smallest value a [unit of the parameter].
        high: Largest value b.
        log: Whether its scale is logarithmic, as suits values of several orders of magnitude.

    Raises:
        ValueError: If they are not two finite numbers in increasing order, or if the scale is
            logarithmic and they are not positive.

    >>> import torch
    >>> Parameter(0.01, 1.0, log=True).at(torch.tensor([0.0, 0.5, 1.0]))
    tensor([0.0100, 0.1000, 1.0000])
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        try:
            low, high = checked_side((self.low, self.high))
        except ValueError as error:
            raise ValueError(f"{self!r}: {error}") from None
        if self.log and low <= 0:
            raise ValueError(
                f"{self!r}: a logarithmic scale needs positive values, got {low:g}; leave out log"
            )
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def __repr__(self) -> str:
        return f"Parameter({self.low}, {self.high}{', log=True' if self.log else ''})"

    def at(self, unit: Tensor) -> Tensor:
        """Map unit numbers of any shape to values."""
        if self.log:
            return self.low * (math.log(self.high / self.low) * unit).exp()
        return self.low + unit * (self.high - self.low)
