"""Legendre polynomials and SiLU: the edge functions of KALN."""

import math

from torch import Tensor

from pinn_metakan.families.family import Family, with_silu
from pinn_metakan.families.recurrence import check_degree, squashed_polynomials


class Legendre(Family):
    r"""Legendre polynomials P_0 ... P_n of the squashed input, and SiLU.

    .. math:: P_{k+1}(s) = \frac{2k+1}{k+1} s P_k(s) - \frac{k}{k+1} P_{k-1}(s), \qquad
        s = \tanh x

    The input is squashed point by point. KALN's own code scales it by the smallest and largest
    input of the batch, so that u(x) would depend on the other points.

    Args:
        degree: Highest degree n [-]; the family has n + 2 coefficients.

    Raises:
        ValueError: If the degree is below 1.

    Source: Drokin, Kolmogorov-Arnold convolutions, 2024, arXiv:2407.01092.

    >>> import torch
    >>> x = torch.atanh(torch.tensor([[0.5]], dtype=torch.float64))
    >>> (values,) = Legendre(degree=2).derivatives(x, order=0)
    >>> [round(value, 4) for value in values.flatten().tolist()]
    [1.0, 0.5, -0.125, 0.3482]
    """

    reach = math.inf

    def __init__(self, degree: int = 3):
        super().__init__()
        check_degree("Legendre", degree, 1)
        self.size = degree + 2
        self._leading = [(2 * k + 1) / (k + 1) for k in range(degree)]
        self._previous = [k / (k + 1) for k in range(degree)]

    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        """Evaluate by the recurrence; see `Family.derivatives`."""
        return with_silu(squashed_polynomials(x, order, self._leading, self._previous), x)
