"""Chebyshev polynomials: the edge functions of ChebyKAN and KACN."""

import math

from torch import Tensor

from pinn_metakan.families.family import Family
from pinn_metakan.families.recurrence import check_degree, squashed_polynomials


class Chebyshev(Family):
    r"""First-kind Chebyshev polynomials T_0 ... T_n of the squashed input.

    .. math:: T_{k+1}(s) = 2 s T_k(s) - T_{k-1}(s), \qquad s = \tanh x

    The recurrence is smooth everywhere, unlike cos(k arccos s), whose slope is infinite at +-1.

    Args:
        degree: Highest degree n [-]; the family has n + 1 coefficients.

    Raises:
        ValueError: If the degree is below 1.

    Source: Sidharth SS et al., 2024, arXiv:2405.07200.

    >>> import torch
    >>> x = torch.atanh(torch.tensor([[0.5]], dtype=torch.float64))
    >>> (values,) = Chebyshev(degree=3).derivatives(x, order=0)
    >>> [round(value, 6) for value in values.flatten().tolist()]
    [1.0, 0.5, -0.5, -1.0]
    """

    reach = math.inf

    def __init__(self, degree: int = 4):
        super().__init__()
        check_degree("Chebyshev", degree, 1)
        self.size = degree + 1
        self._leading = [1.0] + [2.0] * (degree - 1)

    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        """Evaluate by the recurrence; see `Family.derivatives`."""
        return squashed_polynomials(x, order, self._leading, [1.0] * len(self._leading))
