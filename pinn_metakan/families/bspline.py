"""B-splines and SiLU: the edge functions of the original KAN."""

from math import comb, factorial

import torch
from torch import Tensor

from pinn_metakan.families.family import Family, with_silu


class BSpline(Family):
    r"""B-splines B_1 ... B_{G+k} of order k on a uniform grid of [-1, 1], and SiLU.

    On a uniform grid all are one function, moved: with step h = 2/G and s = (x - c_m) / h, where
    c_m is the middle of the k + 1 grid intervals that B_m lives on,

    .. math::
        B_m(x) = \frac{1}{k!} \sum_{j < (k+1)/2} (-1)^j \binom{k+1}{j}
            \left(\tfrac{k+1}{2} - j - |s|\right)_+^k

    The splines sum to one on [-1, 1].

    Args:
        order: Polynomial degree k of the pieces [-]; the functions are k - 1 times differentiable.
        grid: Number of grid intervals G [-].

    Raises:
        ValueError: If the order or the grid is below 1.

    Source: Schoenberg, Quart. Appl. Math. 4 (1946) 45-99; Liu et al., KAN, 2024, arXiv:2404.19756.
    """

    centers: Tensor
    reach = 1.0

    def __init__(self, order: int = 3, grid: int = 5):
        super().__init__()
        if order < 1 or grid < 1:
            raise ValueError(f"a B-spline needs order and grid of at least 1, got {order}, {grid}")
        self.order = order
        self.grid = grid
        self.size = grid + order + 1
        first = torch.arange(-order, grid, dtype=torch.float64)  # the interval that B_m begins with
        self.register_buffer("centers", first + (order + 1 - grid) / 2)  # in steps h

    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        """Evaluate the pieces; derivatives above the order of the spline are zero.

        Args:
            x: Inputs, shape (N, i).
            order: Highest derivative.

        Returns:
            B, B', ... each (N, i, G+k+1).
        """
        k, steps = self.order, self.grid / 2  # steps h for each unit of x
        offset = x.unsqueeze(-1) * steps - self.centers  # (N, i, G+k)
        distance, side = offset.abs(), offset.sign()
        totals: list[Tensor] = []  # by power 0 ... k
        for j in range((k + 2) // 2):
            rest = ((k + 1) / 2 - j - distance).clamp(min=0.0)
            power = (rest > 0).to(x.dtype)
            for p in range(k + 1):
                if j == 0:
                    totals.append(power)
                elif p >= k - order:
                    totals[p] = torch.add(totals[p], power, alpha=(-1) ** j * comb(k + 1, j))
                if p < k:
                    power = power * rest if p > 0 else rest
        values: list[Tensor] = []
        for n in range(order + 1):
            if n > k:
                values.append(torch.zeros_like(totals[0]))
                continue
            value = totals[k - n] * ((-steps) ** n / factorial(k - n))
            values.append(value * side if n % 2 else value)
        return with_silu(values, x)
