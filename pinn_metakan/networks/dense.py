"""One dense KAN layer: a function family times a coefficient tensor."""

import torch
from torch import Tensor, nn

from pinn_metakan.families.family import Family
from pinn_metakan.networks.coefficients import Coefficients


class KANLinear(nn.Module):
    r"""y_o = sum_i sum_k w_oik B_k(s(x_i)).

    A hidden layer receives sums of edge functions, which may be of any size. With `bounded` its
    inputs pass s(x) = R tanh(x / R), so that they stay inside the range [-R, R] that the family
    covers, nearly unchanged in the middle of it.

    Args:
        family: The functions B_k.
        coefficients: Where w comes from.
        bounded: Whether to apply s; the first layer needs no bound, its inputs are scaled.
    """

    def __init__(self, family: Family, coefficients: Coefficients, bounded: bool):
        super().__init__()
        self.family = family
        self.coefficients = coefficients
        self.bounded = bounded

    def evaluate(self, x: Tensor, w: Tensor) -> Tensor:
        """Evaluate with given coefficients.

        Args:
            x: Inputs, shape (N, i).
            w: Coefficients, shape (o, i, D).

        Returns:
            Outputs, shape (N, o).
        """
        if self.bounded:
            x = self.family.reach * torch.tanh(x / self.family.reach)
        phi = self.family(x)  # (N, i, D)
        return phi.flatten(1) @ w.flatten(1).T  # (N, o)

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate with fresh coefficients: (N, i) -> (N, o)."""
        return self.evaluate(x, self.coefficients())
