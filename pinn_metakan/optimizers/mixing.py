"""Anderson's mixing: what several corrections missed tells how to combine them."""

from collections.abc import Callable

import torch
from torch import Tensor

#: Corrections that are combined at most (docs/decisions/0002-corrected-steps.md).
_DEPTH = 4
#: What the products of gaps are raised by, relative to them: gaps may be nearly parallel.
_ROUNDING = 1e-14


class Mixing:
    r"""Combines corrections p_k -> q_k by what was missed at p_k, the gaps g_k.

    .. math::
        p_{n+1} = \sum_k c_k q_k, \qquad c = \arg\min \Big|\sum_k c_k g_k\Big|, \quad \sum_k c_k = 1

    The last four take part. Where a correction takes out all that is missed, c_n = 1; where the
    Jacobian that corrections go by has changed along the way, c makes up for a part of it.

    Args:
        products: Inner products of vectors of residuals, (n, N) -> (n, n).

    Source: Anderson, J. ACM 12 (1965) 547-560; Walker, Ni, SIAM J. Numer. Anal. 49 (2011)
    1715-1735.
    """

    def __init__(self, products: Callable[[Tensor], Tensor]):
        self._products = products
        self._gaps: list[Tensor] = []
        self._reached: list[Tensor] = []

    def mixed(self, reached: Tensor, gap: Tensor) -> Tensor:
        """Combine the corrections so far.

        Args:
            reached: q_n, where the newest correction leads, shape (P,).
            gap: g_n, shape (N,).

        Returns:
            p_{n+1}, shape (P,).
        """
        self._gaps = [*self._gaps[1 - _DEPTH :], gap]
        self._reached = [*self._reached[1 - _DEPTH :], reached]
        if len(self._gaps) == 1:
            return reached
        differences = torch.stack([earlier - gap for earlier in self._gaps[:-1]])
        products = self._products(torch.cat([differences, gap.unsqueeze(0)]))
        matrix, right_side = products[:-1, :-1], products[:-1, -1:]
        sizes = matrix.diagonal().sqrt().clamp(min=torch.finfo(matrix.dtype).tiny)
        matrix = matrix / sizes / sizes.unsqueeze(1)
        matrix.diagonal().add_(_ROUNDING)
        weights = torch.linalg.solve_ex(matrix, -right_side / sizes.unsqueeze(1)).result
        shares = weights.squeeze(1) / sizes
        for share, earlier in zip(shares, self._reached[:-1], strict=True):
            reached = reached + share * (earlier - self._reached[-1])
        return reached
