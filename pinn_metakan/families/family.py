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
    def forward(self, x: Tensor) -> Tensor:
        """Evaluate the basis.

        Args:
            x: Inputs, shape (N, i), dimensionless.

        Returns:
            The functions B_1 ... B_D at each input, shape (N, i, D).
        """


def with_silu(basis: Tensor, x: Tensor) -> Tensor:
    """Append SiLU(x) (N, i) to a basis (N, i, D - 1) as its last function."""
    return torch.cat([basis, nn.functional.silu(x).unsqueeze(-1)], dim=-1)
