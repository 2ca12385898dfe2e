"""Chebyshev polynomials: the edge functions of ChebyKAN and KACN."""

import math

from torch import Tensor

from pinn_metakan.families.chebyshev_of_tanh import chebyshev_basis, combined_chebyshev
from pinn_metakan.families.family import Family
from pinn_metakan.families.recurrence import check_degree


class Chebyshev(Family):
    r"""First-kind Chebyshev polynomials T_m ... T_n of the squashed input.

    .. math:: T_{k+1}(s) = 2 s T_k(s) - T_{k-1}(s), \qquad s = \tanh x

    The recurrence is smooth everywhere, unlike cos(k arccos s), whose slope is infinite at +-1.

    Args:
        degree: Highest degree n [-]; the family has n + 1 - m coefficients.
        lowest: Lowest degree m [-], 0 or 1; without the constant T_0 where a layer has a bias.

    Raises:
        ValueError: If the degree is below 1, or the lowest is another number.

    Source: Sidharth SS et al., 2024, arXiv:2405.07200.

    >>> import torch
    >>> x = torch.atanh(torch.tensor([[0.5]], dtype=torch.float64))
    >>> (values,) = Chebyshev(degree=3).derivatives(x, order=0)
    >>> [round(value, 6) for value in values.flatten().tolist()]
    [1.0, 0.5, -0.5, -1.0]
    """

    reach = math.inf

    def __init__(self, degree: int = 4, lowest: int = 0):
        super().__init__()
        check_degree("Chebyshev", degree, 1)
        if lowest not in (0, 1):
            raise ValueError(f"Chebyshev needs a lowest degree of 0 or 1, got {lowest}")
        self.size = degree + 1 - lowest
        self._lowest = lowest

    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        """Evaluate as polynomials of tanh x; see `Family.derivatives`."""
        return [b.movedim(0, -1) for b in chebyshev_basis(x, self.size, self._lowest, order)]

    def combined(self, x: Tensor, coefficients: Tensor, order: int) -> tuple[Tensor, ...]:
        """Combine without a table of the polynomials; see `Family.combined`."""
        return combined_chebyshev(x, coefficients, self._lowest, order)
