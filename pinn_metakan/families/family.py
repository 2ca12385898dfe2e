"""A function family: what every edge of a KAN layer can become."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn


class Family(nn.Module, ABC):
    r"""Edge functions that are linear in their coefficients.

    .. math:: \phi(x; w) = \sum_{k=1}^{D} w_k B_k(x)

    Attributes:
        size: D, the number of coefficients of an edge.
        reach: The family covers inputs in [-reach, reach]; layers keep their inputs there.
    """

    size: int
    reach: float

    @abstractmethod
    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        """Evaluate the basis and its derivatives in closed form.

        Args:
            x: Inputs, shape (N, i), dimensionless.
            order: Highest derivative, 0 to 5.

        Returns:
            B, B', ... up to the order, each (N, i, D).
        """

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate the basis: (N, i) -> (N, i, D)."""
        return self.derivatives(x, 0)[0]


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


def with_silu(basis: list[Tensor], x: Tensor) -> list[Tensor]:
    """Append SiLU as the last function to a basis (N, i, D - 1) and its derivatives."""
    silu = silu_derivatives(x, len(basis) - 1)
    return [torch.cat([b, s.unsqueeze(-1)], dim=-1) for b, s in zip(basis, silu, strict=True)]
