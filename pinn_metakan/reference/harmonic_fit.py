"""The harmonic function that takes given values on a boundary, with a bound of its error."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pinn_metakan.reference.harmonic_terms import HarmonicTerms

#: Values of terms that are in memory at once (docs/decisions/0015-bounded-memory.md).
_CHUNK_VALUES = 4_000_000
#: Nodes along each side of a box that the size of a function is measured at.
_SIZE_NODES = 60


class HarmonicFit:
    r"""A sum of harmonic functions, fitted to values on the boundary by least squares.

    .. math:: h(x) = \sum_j c_j h_j(x), \qquad |h - u| \le \max_{\partial \Omega} |h - g|
        \quad \text{in } \Omega

    by the maximum principle, where u is harmonic with the values g on the boundary: the largest
    misfit on the boundary bounds the error everywhere.

    Args:
        terms: The functions h_j, all harmonic in the domain.
        points: Where on the boundary it is fitted, shape (M, 2), float64, denser near vertices.
        values: g there, (M,) [unit of u].

    Raises:
        ValueError: If there are fewer points than functions.

    Source: Trefethen, Series solution of Laplace problems, ANZIAM J. 60 (2018) 1-26.
    """

    def __init__(self, terms: Sequence[HarmonicTerms], points: Tensor, values: Tensor):
        self.terms = tuple(terms)
        matrix = self._columns(points).numpy()  # (M, n)
        if len(matrix) < matrix.shape[1]:
            raise ValueError(
                f"a fit of {matrix.shape[1]} harmonic functions needs at least so many points on "
                f"the boundary, got {len(matrix)}"
            )
        sizes = np.linalg.norm(matrix, axis=0)
        found = np.linalg.lstsq(matrix / sizes, values.numpy(), rcond=np.finfo(float).eps)[0]
        self._coefficients = torch.from_numpy(found / sizes)

    def __call__(self, points: Tensor) -> Tensor:
        """Evaluate the function, which can be differentiated: (N, 2) -> (N,)."""
        coefficients = self._coefficients.to(points)
        chunks = points.split(max(1, _CHUNK_VALUES // len(coefficients)))
        return torch.cat([self._columns(part) @ coefficients for part in chunks])

    def misfit(self, points: Tensor, values: Tensor) -> float:
        """Compute the largest misfit, which bounds the error inside.

        Args:
            points: On the whole boundary, far more than it was fitted at, shape (M, 2).
            values: g there, (M,).

        Returns:
            The bound [unit of u].
        """
        return float((self(points) - values).abs().max())

    def _columns(self, points: Tensor) -> Tensor:
        return torch.cat([terms(points) for terms in self.terms], dim=1)


def over_box(low: Tensor, high: Tensor) -> Tensor:
    """Lay points evenly over a box: two corners (2,) -> (N, 2)."""
    middles = (torch.arange(_SIZE_NODES, dtype=torch.float64) + 0.5) / _SIZE_NODES
    return low + torch.cartesian_prod(middles, middles) * (high - low)
