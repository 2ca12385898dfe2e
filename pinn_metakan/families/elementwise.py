"""Closed-form derivatives of functions of single numbers."""

import torch
from torch import Tensor


def tanh_derivatives(x: Tensor, order: int, reach: float = 1.0) -> list[Tensor]:
    r"""Evaluate R tanh(x / R) and its derivatives.

    .. math:: t' = 1 - t^2, \quad t'' = -2 t t', \quad t''' = (6 t^2 - 2) t', \quad
        t'''' = (16 t - 24 t^3) t', \quad
        t''''' = (16 - 120 t^2 + 120 t^4) t'

    Args:
        x: Inputs, any shape.
        order: Highest derivative, 0 to 5.
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
    if order >= 5:
        values.append((16 - 120 * t.square() + 120 * t**4) * slope)
    return [value * reach ** (1 - n) for n, value in enumerate(values)]


def silu_derivatives(x: Tensor, order: int) -> list[Tensor]:
    r"""Evaluate SiLU(x) = x s(x), s the logistic function, and its derivatives.

    .. math:: (x s)^{(n)} = n s^{(n-1)} + x s^{(n)}, \qquad s' = s (1 - s)

    Args:
        x: Inputs, any shape.
        order: Highest derivative, 0 to 5.

    Returns:
        One tensor of that shape for each order.
    """
    s = torch.sigmoid(x)
    slopes = [s]
    if order >= 1:
        slopes.append(s * (1 - s))
    if order >= 2:
        slopes.append(slopes[1] * (1 - 2 * s))
    if order >= 3:
        slopes.append(slopes[1] * (1 - 6 * slopes[1]))
    if order >= 4:
        slopes.append(slopes[2] * (1 - 12 * slopes[1]))
    if order >= 5:
        slopes.append(slopes[3] * (1 - 12 * slopes[1]) - 12 * slopes[2].square())
    return [x * s, *(n * slopes[n - 1] + x * slopes[n] for n in range(1, order + 1))]
