"""A bound that keeps the inputs of a layer inside the range that its family covers."""

import math

from torch import Tensor

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.elementwise import tanh_derivatives


class Bound:
    r"""s(x) = R tanh(x / R), inside [-R, R] and nearly unchanged in the middle of it; or s(x) = x.

    Args:
        is_wanted: Whether to bound inputs.
        reach: R [-]; where it is infinite, s(x) = x.
    """

    def __init__(self, is_wanted: bool, reach: float):
        self.is_on = is_wanted and math.isfinite(reach)
        self._reach = reach

    def values(self, x: Tensor) -> Tensor:
        """Evaluate s at values of any shape."""
        return tanh_derivatives(x, 0, self._reach)[0] if self.is_on else x

    def jets(self, space: JetSpace, x: Tensor) -> Tensor:
        """Jets of s(x) from those of x, shape (J, N, i)."""
        if not self.is_on:
            return x
        return space.compose(tanh_derivatives(x[0], space.order, self._reach), x)
