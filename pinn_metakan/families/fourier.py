"""Sines and cosines, and SiLU: edge functions that are smooth everywhere."""

import math

import torch
from torch import Tensor

from pinn_metakan.families.family import Family, with_silu


class Fourier(Family):
    r"""The first sines and cosines of a period four times the reach, and SiLU.

    .. math:: B_{2n-1}(x) = \sin(n a x), \quad B_{2n}(x) = \cos(n a x), \qquad
        a = \frac{\pi}{2 R}, \quad n = 1 \ldots K

    The period is twice the interval [-R, R] that inputs lie in, so that an edge need not be
    periodic there.

    Args:
        count: Number K of frequencies [-]; the family has 2 K + 1 coefficients.
        reach: R [-].

    Raises:
        ValueError: If there is no frequency or the reach is not positive.

    Source: Xu et al., FourierKAN-GCF, 2024, arXiv:2406.01034 (there the period is 2 pi).

    >>> import torch
    >>> x = torch.tensor([[1.0]], dtype=torch.float64)
    >>> (values,) = Fourier(count=1, reach=2.0).derivatives(x, order=0)
    >>> [round(value, 4) for value in values.flatten().tolist()]
    [0.7071, 0.7071, 0.7311]
    """

    frequencies: Tensor

    def __init__(self, count: int = 4, reach: float = 1.5):
        super().__init__()
        if count < 1 or reach <= 0:
            raise ValueError(f"Fourier needs count >= 1 and reach > 0, got {count}, {reach}")
        self.reach = float(reach)
        self.size = 2 * count + 1
        numbers = torch.arange(1, count + 1, dtype=torch.float64)
        self.register_buffer("frequencies", numbers * (math.pi / (2 * self.reach)))

    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        r"""Evaluate; a derivative swaps sine and cosine, :math:`(\sin, \cos)' = a (\cos, -\sin)`.

        Args:
            x: Inputs, shape (N, i).
            order: Highest derivative.

        Returns:
            B, B', ... each (N, i, 2K+1).
        """
        phase = x.unsqueeze(-1) * self.frequencies  # (N, i, K)
        sine, cosine = torch.sin(phase), torch.cos(phase)
        values: list[Tensor] = []
        for _ in range(order + 1):
            values.append(torch.stack([sine, cosine], dim=-1).flatten(-2))  # (N, i, 2K)
            sine, cosine = self.frequencies * cosine, -self.frequencies * sine
        return with_silu(values, x)
