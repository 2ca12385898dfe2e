"""B-splines and SiLU: the edge functions of the original KAN."""

import torch
from torch import Tensor

from pinn_metakan.families.family import Family, with_silu


class BSpline(Family):
    r"""B-splines B_1 ... B_{G+k} of order k on a uniform grid of [-1, 1], and SiLU.

    .. math::
        B_{m,0}(x) = [t_m \le x < t_{m+1}], \qquad
        B_{m,p}(x) = \frac{x - t_m}{p h} B_{m,p-1}(x) + \frac{t_{m+p+1} - x}{p h} B_{m+1,p-1}(x)

    with step h = 2/G and knots t_m = -1 + m h, m = -k ... G+k. The splines sum to one on [-1, 1].

    Args:
        order: Polynomial degree k of the pieces [-]; the functions are k - 1 times differentiable.
        grid: Number of grid intervals G [-].

    Raises:
        ValueError: If the order or the grid is below 1.

    Source: de Boor, A Practical Guide to Splines, 1978; Liu et al., KAN, 2024, arXiv:2404.19756.
    """

    knots: Tensor
    reach = 1.0

    def __init__(self, order: int = 3, grid: int = 5):
        super().__init__()
        if order < 1 or grid < 1:
            raise ValueError(f"a B-spline needs order and grid of at least 1, got {order}, {grid}")
        self.order = order
        self.grid = grid
        self.size = grid + order + 1
        indices = torch.arange(-order, grid + order + 1, dtype=torch.float64)
        self.register_buffer("knots", -1.0 + indices * (2.0 / grid))

    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        r"""Evaluate by the recursion of Cox and de Boor; see `Family.derivatives`.

        .. math:: B_{m,k}^{(n)} = (B_{m,k-1}^{(n-1)} - B_{m+1,k-1}^{(n-1)}) / h

        Derivatives above the order of the spline are zero.

        Args:
            x: Inputs, shape (N, i).
            order: Highest derivative.

        Returns:
            B, B', ... each (N, i, G+k+1).
        """
        offsets = (x.unsqueeze(-1) - self.knots) * (self.grid / 2)  # (N, i, G+2k+1) in steps h
        inside = (offsets[..., :-1] >= 0) & (offsets[..., 1:] < 0)
        lower = [inside.to(x.dtype)]  # splines of order 0, 1, ... k
        for p in range(1, self.order + 1):
            rising = offsets[..., : -p - 1] * lower[-1][..., :-1]
            falling = offsets[..., p + 1 :] * lower[-1][..., 1:]
            lower.append((rising - falling) / p)
        values: list[Tensor] = []
        for n in range(order + 1):
            if n > self.order:
                values.append(torch.zeros_like(values[0]))
                continue
            differences = lower[self.order - n]
            for _ in range(n):
                differences = (differences[..., :-1] - differences[..., 1:]) * (self.grid / 2)
            values.append(differences)
        return with_silu(values, x)
