"""Evolution equations on boxes with walls, by Chebyshev collocation in space and time."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import torch
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.geometry.chebyshev_series import ChebyshevSeries
from pinn_metakan.reference.collocation import Collocation, Residual
from pinn_metakan.reference.integrated_basis import IntegratedBasis
from pinn_metakan.reference.reference import Reference

Array = NDArray[np.float64]

# All: docs/decisions/0039-steady-references.md.
#: The coarser solution that tells the error has this part of the nodes; where they are compared.
_COARSER, _COMPARED = 0.75, 4000


class BoxEvolution(Reference):
    r"""The solution u(x, t) of an equation of first order in time on a box.

    .. math:: u(x, t) = \sum_j \phi_j(x) \Big( c_j + \sum_k q_{jk} \psi_k(t) \Big)

    in each of several steps of time, with the c_j from the end of the last one. The equation holds
    at all nodes of a step at once, which is implicit, and of spectral order in space and time.

    Args:
        bounds: Lowest and highest of each coordinate of space.
        conditions: Which derivatives of u vanish at its ends, as in `IntegratedBasis`, for each.
        times: First and last time.
        start: Takes the coordinates of space (N,), returns u at the first time (N,).
        residual: Takes points (N, s + 1), time last, and as many derivatives of u (N,) as there are
            orders, and returns what is zero, (N,).
        orders: Of these derivatives along each coordinate, time last: (2, 0) is u_xx in one
            dimension, (0, 1) is u_t.
        count: Nodes along each coordinate of space.
        steps: Steps of time.
        nodes: Nodes of a step.
        name: Of the unknown.

    Raises:
        ValueError: If the last time is not after the first, or there are not as many bounds as
            conditions; when first called, if Newton's method does not end: take more steps.

    Source: Kierzenka, Shampine, ACM Trans. Math. Softw. 27 (2001) 299-316, of collocation in steps.
    """

    def __init__(
        self,
        bounds: Sequence[tuple[float, float]],
        conditions: Sequence[Sequence[tuple[str, int]]],
        times: tuple[float, float],
        start: Callable[..., Tensor],
        residual: Residual,
        orders: Sequence[Sequence[int]],
        count: int = 32,
        steps: int = 10,
        nodes: int = 8,
        name: str = "u",
    ):
        if not times[0] < times[1]:
            raise ValueError(f"BoxEvolution: the last time must be after the first, got {times}")
        if len(bounds) != len(conditions):
            raise ValueError(
                f"BoxEvolution: each coordinate has bounds and conditions, got {len(bounds)} "
                f"bounds and {len(conditions)} conditions"
            )
        self._bounds, self._conditions = list(bounds), conditions
        self._edges = np.linspace(*times, steps + 1)
        self._start, self._residual, self._orders = start, residual, orders
        self._count, self._nodes, self._name = count, nodes, name

    def __call__(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution, which can be differentiated: (N, s + 1) -> u (N,)."""
        return {self._name: self._evaluated(self._fine, points)}

    @cached_property
    def error(self) -> dict[str, float]:
        """Relative difference of two resolutions."""
        coarse = self._solved(_COARSER)
        unit = torch.quasirandom.SobolEngine(len(self._bounds) + 1).draw(_COMPARED).double()
        ends = [*self._bounds, (float(self._edges[0]), float(self._edges[-1]))]
        low, high = torch.tensor(ends, dtype=torch.float64).T
        points = low + unit * (high - low)
        ours, others = (self._evaluated(found, points) for found in (self._fine, coarse))
        return {self._name: float((ours - others).norm() / ours.norm())}

    @cached_property
    def _fine(self) -> list[ChebyshevSeries]:
        return self._solved(1.0)

    def _evaluated(self, series: Sequence[ChebyshevSeries], points: Tensor) -> Tensor:
        inner = torch.from_numpy(self._edges[1:-1])
        step = torch.searchsorted(inner, points[:, -1].detach().cpu().contiguous())
        found = points.new_zeros(len(points))
        for number in step.unique().tolist():
            (at,) = torch.nonzero(step == number, as_tuple=True)
            found = found.index_put((at,), series[number](points[at])[:, 0])
        return found

    def _solved(self, share: float) -> list[ChebyshevSeries]:
        """The series of each step, with a share of the nodes."""
        pairs = zip(self._bounds, self._conditions, strict=True)
        axes = [IntegratedBasis(*pair, max(2, round(share * self._count))) for pair in pairs]
        space, found = Collocation(*axes), []
        values = self._start(*space.points.unbind(1)).numpy()
        begun = np.linalg.solve(space.matrix([0] * len(axes)), values)  # (M,)
        for low, high in zip(self._edges[:-1], self._edges[1:], strict=True):
            time = IntegratedBasis((low, high), [("low", 0)], max(2, round(share * self._nodes)))
            coefficients, begun = self._over(space, time, begun)
            series = torch.from_numpy(coefficients)[..., None]
            found.append(ChebyshevSeries([*self._bounds, (float(low), float(high))], series))
        return found

    def _over(self, space: Collocation, time: IntegratedBasis, begun: Array) -> tuple[Array, Array]:
        """Coefficients of the series of a step, and what the next one begins with, (M,)."""
        box = Collocation(*space.axes, time)
        known = [
            torch.from_numpy(
                np.repeat(space.matrix(order[:-1]) @ begun, time.count) * (not order[-1])
            )
            for order in self._orders
        ]

        def residual(points: Tensor, *fields: Tensor) -> Tensor:
            whole = [field + part for field, part in zip(fields, known, strict=True)]
            return self._residual(points, *whole)

        q = box.solve(residual, self._orders)
        found = box.expanded(q, [0] * len(box.axes))
        found[..., 0] += space.expanded(begun, [0] * len(space.axes))
        end = chebyshev.chebval(1.0, time.coefficients())  # (n,)
        return found, begun + q.reshape(-1, time.count) @ end
