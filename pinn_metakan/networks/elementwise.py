"""Closed-form derivatives of the functions that networks apply to single numbers."""

import torch
from torch import Tensor


def tanh_derivatives(x: Tensor, order: int, reach: float = 1.0) -> list[Tensor]:
    r"""Evaluate R tanh(x / R) and its derivatives.

    .. math:: t' = 1 - t^2, \quad t'' = -2 t t', \quad t''' = (6 t^2 - 2) t', \quad
        t'''' = (16 t - 24 t^3) t'

    Args:
        x: Inputs, any shape.
        order: Highest derivative, 0 to 4.
        reach: R.

    Returns:
        One tensor of that shape for each order.
    """
    t = torch.tanh(x / reach)
    values = [t]
    if order >= 1:
        slope = 1 - t.square()
        values.append(slope)
    if order >= 2:
        values.append(-2 * t * slope)
    if order >= 3:
        values.append((6 * t.square() - 2) * slope)
    if order >= 4:
        values.append((16 * t - 24 * t**3) * slope)
    return [value * reach ** (1 - n) for n, value in enumerate(values)]
