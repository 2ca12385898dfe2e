"""Polynomials of the squashed input, by their three-term recurrence."""

from collections.abc import Sequence
from math import comb

import torch
from torch import Tensor

from pinn_metakan.families.elementwise import tanh_derivatives


def squashed_polynomials(
    x: Tensor, order: int, leading: Sequence[float], previous: Sequence[float | Tensor]
) -> list[Tensor]:
    r"""Evaluate P_0 ... P_n at s = tanh x, and derivatives in x.

    .. math:: P_{k+1}(s) = \alpha_k s P_k(s) - \beta_k P_{k-1}(s), \qquad P_0 = 1, \quad P_{-1} = 0

    Every derivative in x follows the recurrence too, with Leibniz' rule for the product s P_k:

    .. math:: P_{k+1}^{(m)} = \alpha_k \sum_{l \le m} \binom{m}{l} s^{(l)} P_k^{(m-l)}
        - \beta_k P_{k-1}^{(m)}

    Args:
        x: Inputs, shape (N, i).
        order: Highest derivative, 0 to 5.
        leading: alpha_0 ... alpha_{n-1}.
        previous: beta_0 ... beta_{n-1}; the first is not used.

    Returns:
        One tensor (N, i, n + 1) for each order.
    """
    s = tanh_derivatives(x, order)
    one = [torch.ones_like(x) if m == 0 else torch.zeros_like(x) for m in range(order + 1)]
    polynomials = [one]  # by degree, then by order
    for k, (alpha, beta) in enumerate(zip(leading, previous, strict=True)):
        following = []
        for m in range(order + 1):
            terms = [comb(m, j) * s[j] * polynomials[k][m - j] for j in range(m + 1)]
            value = alpha * torch.stack(terms).sum(dim=0)
            following.append(value if k == 0 else value - beta * polynomials[k - 1][m])
        polynomials.append(following)
    return [torch.stack([p[m] for p in polynomials], dim=-1) for m in range(order + 1)]


def check_degree(name: str, degree: int, lowest: int) -> None:
    """Refuse a degree below the lowest.

    Raises:
        ValueError: If it is.
    """
    if degree < lowest:
        raise ValueError(f"{name} needs a degree of at least {lowest}, got {degree}")
