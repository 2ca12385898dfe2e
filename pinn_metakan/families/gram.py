"""Gram polynomials with a learnable recurrence, and SiLU: the edge functions of KAGN."""

import math

import torch
from torch import Tensor, nn

from pinn_metakan.families.family import Family, with_silu
from pinn_metakan.families.recurrence import check_degree, squashed_polynomials


class Gram(Family):
    r"""Gram polynomials G_0 ... G_n of the squashed input, and SiLU.

    .. math:: G_{k+1}(s) = s G_k(s) - \beta_k G_{k-1}(s), \qquad s = \tanh x

    The beta_k are parameters of the layer. They start as those of the polynomials that are
    orthogonal over the midpoints of m = n + 1 equal parts of [-1, 1],

    .. math:: \beta_k = \frac{k^2 (m^2 - k^2)}{m^2 (4 k^2 - 1)}

    Args:
        degree: Highest degree n [-]; the family has n + 2 coefficients and n - 1 parameters.

    Raises:
        ValueError: If the degree is below 2: there would be nothing to learn.

    Source: Drokin, Kolmogorov-Arnold convolutions, 2024, arXiv:2407.01092 (KAGN); Szegoe,
    Orthogonal Polynomials, 1975, section 2.8.

    >>> [round(beta, 6) for beta in Gram(degree=3).beta.tolist()]
    [0.3125, 0.2]
    """

    reach = math.inf

    def __init__(self, degree: int = 3):
        super().__init__()
        check_degree("Gram", degree, 2)
        self.size = degree + 2
        m = degree + 1
        start = [k**2 * (m**2 - k**2) / (m**2 * (4 * k**2 - 1)) for k in range(1, degree)]
        self.beta = nn.Parameter(torch.tensor(start, dtype=torch.float64))  # (n - 1,)

    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        """Evaluate by the recurrence; see `Family.derivatives`."""
        previous: list[float | Tensor] = [0.0, *self.beta.unbind()]
        return with_silu(squashed_polynomials(x, order, [1.0] * len(previous), previous), x)
