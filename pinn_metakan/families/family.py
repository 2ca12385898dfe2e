"""A function family: the functions that every edge of a KAN layer combines."""

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from pinn_metakan.families.elementwise import silu_derivatives


class Family(nn.Module, ABC):
    r"""Edge functions that are linear in their coefficients.

    .. math:: \phi(x; w) = \sum_{k=1}^{D} w_k B_k(x)

    Attributes:
        size: D, the number of coefficients per edge.
        reach: The family covers inputs in [-reach, reach]; layers keep their inputs there. Infinite
            if the family takes any input.
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

    def combined(self, x: Tensor, coefficients: Tensor, order: int) -> tuple[Tensor, ...]:
        r"""Evaluate few combinations psi_e(x) = sum_k c_ek B_k(x) and their derivatives.

        Args:
            x: Inputs, shape (N, i).
            coefficients: c, shape (E, D).
            order: Highest derivative, 0 to 5.

        Returns:
            psi, psi', ... up to the order, shape (E, N, i) each.
        """
        basis = self.derivatives(x, order)
        return tuple((b @ coefficients.T).movedim(-1, 0) for b in basis)

    def start_sizes(self, inputs: int) -> Tensor:
        """Standard deviations of random coefficients that keep the size of the inputs.

        Args:
            inputs: Number i of inputs of the layer.

        Returns:
            1 / sqrt(i D) for each, shape (D,).
        """
        return torch.full((self.size,), 1 / math.sqrt(inputs * self.size), dtype=torch.float64)

    def forward(self, x: Tensor, order: int) -> list[Tensor]:
        """Evaluate `derivatives`, so that torch.func can replace the family's own parameters."""
        return self.derivatives(x, order)


def with_silu(basis: list[Tensor], x: Tensor) -> list[Tensor]:
    """Append SiLU as the last function to a basis (N, i, D - 1) and its derivatives."""
    silu = silu_derivatives(x, len(basis) - 1)
    return [torch.cat([b, s.unsqueeze(-1)], dim=-1) for b, s in zip(basis, silu, strict=True)]
