r"""Causal weights: late times count once early ones are met, an alternative to slabs of time.

.. math:: w_k = \exp\Bigl(-\varepsilon \sum_{j < k} L_j\Bigr)

Time is cut into bins; L_j is the mean square of the scaled residual of the equations in bin j, and
what is in bin k counts for w_k.

Source: Wang, Sankaran, Perdikaris, Comput. Methods Appl. Mech. Engrg. 421 (2024) 116813.
"""

import torch
from torch import Tensor

# Both: docs/decisions/0034-hard-cases.md.
#: Bins of time.
_BINS = 32
#: A smaller change of a weight is none.
_NOTICEABLE = 0.01


class CausalWeights:
    """Weights of points by their time, which follow the residual when they are told to.

    Args:
        strictness: epsilon [-]; how small the loss of earlier times must be, 1 / epsilon about.
        axis: Column of the time.
        first: First time.
        last: Last time.
    """

    def __init__(self, strictness: float, axis: int, first: float, last: float):
        self._strictness, self._axis = strictness, axis
        self._edges = torch.linspace(first, last, _BINS + 1, dtype=torch.float64)[1:-1]
        #: w_k by bin, (bins,), float64.
        self.by_bin = torch.ones(_BINS, dtype=torch.float64)

    def at(self, points: Tensor) -> Tensor:
        """Weights of points (N, d) as they are now, (N,), float64."""
        return self.by_bin[self._bins(points)]

    def follow(self, points: Tensor, residual: Tensor) -> bool:
        """Find the weights of all bins anew, and keep them.

        Args:
            points: Shape (N, d).
            residual: Its scaled size there, (N,); a bin without a point adds nothing.

        Returns:
            Whether one has changed noticeably.
        """
        before, self.by_bin = self.by_bin, self.found(points, residual)
        return float((self.by_bin - before).abs().max()) > _NOTICEABLE

    def found(self, points: Tensor, residual: Tensor) -> Tensor:
        """Compute the weights of all bins from a residual, (bins,); see `follow`."""
        bins = self._bins(points)
        squares = residual.detach().double().cpu().square()
        totals = squares.new_zeros(_BINS).index_add_(0, bins, squares)
        losses = totals / torch.bincount(bins, minlength=_BINS).clamp(min=1)
        earlier = losses.cumsum(0) - losses
        return torch.exp(-self._strictness * earlier)

    def _bins(self, points: Tensor) -> Tensor:
        times = points[:, self._axis].detach().double().cpu().contiguous()
        return torch.bucketize(times, self._edges, right=True)
