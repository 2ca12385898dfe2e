r"""Chebyshev polynomials on [-1, 1], which go on as straight lines beyond it."""

import torch
from torch import Tensor


def chebyshev_polynomials(s: Tensor, degree: int, order: int) -> list[Tensor]:
    r"""Evaluate T_1 ... T_n and their derivatives.

    .. math:: T_{k+1}^{(m)} = 2 s T_k^{(m)} + 2 m T_k^{(m-1)} - T_{k-1}^{(m)}

    Beyond [-1, 1] each goes on by its value and slope at the end, so that a field that leaves the
    range for some steps of training does not meet a polynomial that grows as s^n.

    Args:
        s: Shape (N, i), dimensionless.
        degree: Highest degree n; D of them are returned, without the constant.
        order: Highest derivative.

    Returns:
        One tensor (N, i, D) for each order from 0 on; they can be differentiated further.

    >>> value, slope = chebyshev_polynomials(torch.tensor([[0.5]]), degree=3, order=1)
    >>> value.flatten().tolist(), slope.flatten().tolist()
    ([0.5, -0.5, -1.0], [1.0, 2.0, 0.0])
    """
    inside = s.clamp(-1.0, 1.0)
    one, zero = torch.ones_like(s), torch.zeros_like(s)
    before = [one] + [zero] * max(order, 1)
    now = [inside, one] + [zero] * (max(order, 1) - 1)
    found = [now]
    for _ in range(degree - 1):
        after = [
            2 * inside * now[m] + (2 * m * now[m - 1] if m else 0.0) - before[m]
            for m in range(len(now))
        ]
        before, now = now, after
        found.append(now)
    table = [torch.stack([values[m] for values in found], dim=-1) for m in range(len(now))]
    beyond = (s - inside).unsqueeze(-1)
    is_inside = (beyond == 0).to(s)
    value = table[0] + beyond * table[1]
    return [value, table[1], *(is_inside * values for values in table[2:])][: order + 1]
