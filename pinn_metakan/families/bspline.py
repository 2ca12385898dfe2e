"""B-splines and SiLU: the edge functions of the original KAN."""

from math import comb, factorial

import torch
from torch import Tensor

from pinn_metakan.families.elementwise import silu_derivatives
from pinn_metakan.families.family import Family


class BSpline(Family):
    r"""B-splines B_1 ... B_{G+k} of order k on a uniform grid of [-1, 1], and SiLU.

    On a uniform grid of step h = 2/G all are one function, moved, of k + 1 polynomial pieces. At
    the place s in [0, 1) of a grid interval, piece j is

    .. math:: p_j(s) = \frac{1}{k!} \sum_{l \le j} (-1)^l \binom{k+1}{l} (j + s - l)^k

    An input sees one piece of each of k + 1 splines; the other G - 1 are zero and not evaluated.
    The splines sum to one on [-1, 1].

    Args:
        order: Polynomial degree k of the pieces [-]; the functions are k - 1 times differentiable.
        grid: Number of grid intervals G [-].

    Raises:
        ValueError: If the order or the grid is below 1.

    Source: Schoenberg, Quart. Appl. Math. 4 (1946) 45-99; Liu et al., KAN, 2024, arXiv:2404.19756.

    >>> import torch
    >>> x = torch.tensor([[0.5]], dtype=torch.float64)
    >>> values, slopes = BSpline(order=3, grid=5).derivatives(x, order=1)
    >>> values.shape
    torch.Size([1, 1, 9])
    >>> round(float(values[..., :-1].sum()), 6)
    1.0
    """

    pieces: Tensor
    reach = 1.0

    def __init__(self, order: int = 3, grid: int = 5):
        super().__init__()
        if order < 1 or grid < 1:
            raise ValueError(f"a B-spline needs order and grid of at least 1, got {order}, {grid}")
        self.order = order
        self.grid = grid
        self.size = grid + order + 1
        self.register_buffer("pieces", _pieces(order, grid / 2))

    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        """Evaluate the pieces; derivatives above the order of the spline are zero.

        Args:
            x: Inputs, shape (N, i).
            order: Highest derivative.

        Returns:
            B, B', ... each (N, i, G+k+1).
        """
        k = self.order
        position = (x + 1) * (self.grid / 2)  # in grid intervals, from -1
        interval = torch.floor(position).detach()
        s = position - interval  # (N, i)
        powers = [torch.ones_like(s)]
        for _ in range(k):
            powers.append(powers[-1] * s)
        monomials = torch.stack(powers, dim=-1)  # (N, i, k+1)
        piece = torch.arange(k + 1, dtype=x.dtype, device=x.device)
        spline = interval.unsqueeze(-1) + k - piece  # which spline shows its piece j here
        is_there = (spline >= 0) & (spline < self.grid + k)
        # Pieces of splines that do not exist go where SiLU is written afterwards.
        place = torch.where(is_there, spline, float(self.size - 1)).long()
        values = []
        for n, silu in enumerate(silu_derivatives(x, order)):
            table = torch.zeros_like(x).unsqueeze(-1).repeat(1, 1, self.size)
            if n <= k:
                local = monomials[..., : k + 1 - n] @ self.pieces[n, : k + 1 - n]
                table = table.scatter(-1, place, local)
            table[..., -1] = silu
            values.append(table)
        return values


def _pieces(order: int, steps: float) -> Tensor:
    """Coefficients of the pieces and of their derivatives.

    Args:
        order: k.
        steps: Grid intervals per unit of the input.

    Returns:
        Shape (k + 1, k + 1, k + 1): for the n-th derivative, the power p of s, and piece j.
    """
    k = order
    result = torch.zeros(k + 1, k + 1, k + 1, dtype=torch.float64)
    for n in range(k + 1):
        for p in range(k + 1 - n):
            for j in range(k + 1):
                terms = [
                    (-1) ** part * comb(k + 1, part) * (j - part) ** (k - n - p)
                    for part in range(j + 1)
                ]
                scale = comb(k - n, p) * steps**n / factorial(k - n)
                result[n, p, j] = sum(terms) * scale
    return result
