"""Gaussian radial basis functions and SiLU: smooth edge functions, the base of FastKAN."""

import torch
from torch import Tensor

from pinn_metakan.families.family import Family, with_silu


class RBF(Family):
    r"""Gaussians on uniform centers, and SiLU.

    .. math:: B_k(x) = \exp\left(-\frac{(x - c_k)^2}{2 (b h)^2}\right), \qquad
        c_k = -R + k h, \quad h = \frac{2 R}{K - 1}, \quad k = 0 \ldots K-1

    Args:
        count: Number K of Gaussians [-].
        reach: R, the outermost center [-]. Beyond the range of the inputs, so that the interval
            [-1, 1] of a scaled coordinate sees no edge.
        width: b, the width of a Gaussian over the distance of two centers [-].

    Raises:
        ValueError: If there are fewer than 2 Gaussians, or reach or width are not positive.

    Source: Li, Kolmogorov-Arnold networks are radial basis function networks, 2024,
    arXiv:2405.06721 (FastKAN: K = 8, R = 2, b = 1 / sqrt 2).

    >>> import torch
    >>> x = torch.tensor([[0.0]], dtype=torch.float64)
    >>> (values,) = RBF(count=3, reach=1.0).derivatives(x, order=0)
    >>> [round(value, 4) for value in values.flatten().tolist()]
    [0.6065, 1.0, 0.6065, 0.0]
    """

    centers: Tensor

    # The defaults are those of docs/decisions/0008-edge-family.md.
    def __init__(self, count: int = 5, reach: float = 1.5, width: float = 1.0):
        super().__init__()
        if count < 2 or reach <= 0 or width <= 0:
            raise ValueError(
                f"RBF needs count >= 2, reach > 0 and width > 0, got {count}, {reach}, {width}"
            )
        self.reach = float(reach)
        self.size = count + 1
        self.deviation = width * 2 * self.reach / (count - 1)
        self.register_buffer("centers", torch.linspace(-reach, reach, count, dtype=torch.float64))

    def derivatives(self, x: Tensor, order: int) -> list[Tensor]:
        r"""Evaluate by the recursion of Hermite polynomials; see `Family.derivatives`.

        .. math:: B^{(n+1)} = \frac{c - x}{(b h)^2} B^{(n)} - \frac{n}{(b h)^2} B^{(n-1)}

        Args:
            x: Inputs, shape (N, i).
            order: Highest derivative.

        Returns:
            B, B', ... each (N, i, K+1).
        """
        curvature = self.deviation**-2
        slope = (self.centers - x.unsqueeze(-1)) * curvature  # (N, i, K), B' / B
        values = [torch.exp(slope.square() * (-0.5 / curvature))]
        for n in range(order):
            following = slope * values[n]
            if n > 0:
                following = torch.sub(following, values[n - 1], alpha=n * curvature)
            values.append(following)
        return with_silu(values, x)
