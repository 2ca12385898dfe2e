"""Boundary value problems on boxes by Chebyshev collocation and Newton's method."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.geometry.chebyshev_series import ChebyshevSeries
from pinn_metakan.reference.integrated_basis import IntegratedBasis

Array = NDArray[np.float64]
Residual = Callable[..., Tensor]

# All: docs/decisions/0039-steady-references.md.
#: Newton's method ends when a step changes coefficients by less than the first part of the largest;
#: or by less than the second and no less than half the last step, which is rounding; or fails after
#: so many steps.
_TOLERANCE, _ROUNDING, _STEPS = 1e-13, 1e-7, 30


class Collocation:
    r"""A tensor product of bases on a box, zero where their conditions say so.

    .. math:: u(x, y) = \sum_{jk} q_{jk} \phi_j(x) \psi_k(y)

    Args:
        axes: One basis per coordinate, m_1, m_2, ... polynomials.
    """

    def __init__(self, *axes: IntegratedBasis):
        self.axes = axes

    @cached_property
    def points(self) -> Tensor:
        """The nodes, (M, s), the last coordinate fastest; M = m_1 m_2 ..."""
        grid = np.meshgrid(*[axis.nodes for axis in self.axes], indexing="ij")
        return torch.from_numpy(np.stack([part.ravel() for part in grid], axis=1))

    def matrix(self, orders: Sequence[int]) -> Array:
        """Matrix that takes the q to a derivative at the nodes, (M, M).

        Args:
            orders: Of the derivative along each coordinate.

        Returns:
            Shape (M, M).
        """
        parts = [axis.evaluated(order) for axis, order in zip(self.axes, orders, strict=True)]
        found = parts[0]
        for part in parts[1:]:
            found = np.asarray(np.kron(found, part), dtype=np.float64)
        return found

    def solve(
        self, residual: Residual, orders: Sequence[Sequence[int]], start: Array | None = None
    ) -> Array:
        r"""Find the q for which an equation holds at the nodes, by Newton's method.

        Args:
            residual: Takes points (M, s) and as many derivatives of u (M,) as there are orders,
                and returns what is zero, (M,), of which each depends on its own point.
            orders: Orders of the derivatives along each coordinate, (1, 0) for u_x.
            start: First q, (M,); zero unless given.

        Returns:
            The q, (M,).

        Raises:
            ValueError: If Newton's method does not end: begin nearer to the solution.
        """
        matrices = [self.matrix(order) for order in orders]
        found, last = np.zeros(len(self.points)) if start is None else start, np.inf
        for _ in range(_STEPS):
            fields = [torch.from_numpy(m @ found).requires_grad_() for m in matrices]
            with torch.enable_grad():
                left = residual(self.points, *fields)
            slopes = torch.autograd.grad(left.sum(), fields, allow_unused=True)
            jacobian = np.zeros_like(matrices[0])
            for slope, matrix in zip(slopes, matrices, strict=True):
                if slope is not None:
                    jacobian += slope.numpy()[:, None] * matrix
            step = np.linalg.solve(jacobian, left.detach().numpy())
            found = found - step
            size = float(np.abs(step).max() / np.abs(found).max())
            if size <= _TOLERANCE or (size <= _ROUNDING and size >= last / 2):
                return found
            if not np.isfinite(size):
                break
            last = size
        raise ValueError(
            f"Newton's method did not end in {_STEPS} steps: begin nearer to the solution, as "
            "with the one of a smaller parameter"
        )

    def series(self, q: Array, orders: Sequence[int] | None = None) -> ChebyshevSeries:
        """Expand the sum, or a derivative of it, in Chebyshev polynomials.

        Args:
            q: Coefficients of the basis, (M,).
            orders: Of the derivative along each coordinate; none unless given.

        Returns:
            A series for one function.
        """
        found = self.expanded(q, orders or [0] * len(self.axes))
        return ChebyshevSeries(
            [axis.bounds for axis in self.axes], torch.from_numpy(found)[..., None]
        )

    def expanded(self, q: Array, orders: Sequence[int]) -> Array:
        """Chebyshev coefficients of a derivative of the sum, (n_1, n_2, ...)."""
        found = q.reshape([axis.count for axis in self.axes])
        for number, (axis, order) in enumerate(zip(self.axes, orders, strict=True)):
            found = np.moveaxis(
                np.tensordot(axis.coefficients(order), found, (1, number)), 0, number
            )
        return found
