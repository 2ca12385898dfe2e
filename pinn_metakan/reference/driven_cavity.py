"""Steady flow in a square whose lid moves, by Chebyshev collocation and Newton's method."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
import torch
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from torch import Tensor

from pinn_metakan.geometry.chebyshev_series import ChebyshevSeries
from pinn_metakan.reference.cache import cached, fingerprint
from pinn_metakan.reference.chebyshev_nodes import lobatto_nodes, series_coefficients
from pinn_metakan.reference.collocation import Collocation
from pinn_metakan.reference.corner_flows import CornerFlow, JumpingLid, RisingLid, UpperCorners
from pinn_metakan.reference.integrated_basis import IntegratedBasis
from pinn_metakan.reference.integrated_gradient import integrated_gradient
from pinn_metakan.reference.reference import Reference

Array = NDArray[np.float64]

# All: docs/decisions/0039-steady-references.md.
#: The coarser solution that tells the error has this part of the nodes; where they are compared.
_COARSER, _COMPARED = 0.75, 41
#: The Reynolds number at which Newton's method begins from rest; then it grows by this factor.
_FIRST_REYNOLDS, _GROWTH = 100.0, 2.5

#: Slopes in a corner are those of the wall so far from it, not of the wall across.
_BESIDE = 1e-14

_UNIT = (0.0, 1.0)
_CLAMPED = [("low", 0), ("low", 1), ("high", 0), ("high", 1)]
#: Orders along x and y of the derivatives of the streamfunction in its equation.
_ORDERS = [(1, 0), (0, 1), (3, 0), (1, 2), (2, 1), (0, 3), (4, 0), (2, 2), (0, 4)]
#: Velocity of the lid, and the flow in its corners, by name.
_LIDS: dict[str, tuple[Callable[[Array], Array], CornerFlow]] = {
    "parabola": (lambda x: 4 * x * (1 - x), RisingLid(4.0)),
    "constant": (np.ones_like, JumpingLid()),
}


class DrivenCavity(Reference):
    r"""Velocity and pressure of the steady flow in the unit square under a lid.

    .. math:: \psi_y \Delta \psi_x - \psi_x \Delta \psi_y = \tfrac{1}{Re} \Delta^2 \psi, \quad
        u = \psi_y, \quad v = -\psi_x

    The Stokes flows of both upper corners, where vorticity jumps and the pressure is infinite, are
    taken from psi; what is left is a polynomial. The pressure, of mean 0, is what has the slopes
    that the momentum equation asks for. It is told up to a distance of 1e-4 from the corners.

    Args:
        reynolds: Re [-], by the side and a velocity of 1.
        lid: Velocity of the lid: ``parabola`` is 4 x (1 - x), ``constant`` is 1.
        count: Nodes inside along each axis.

    Raises:
        ValueError: If the Reynolds number is not positive, or no lid has that name.

    Source: Botella, Peyret, Comput. Fluids 27 (1998) 421-433 (constant lid); Shen, J. Comput.
    Phys. 95 (1991) 228-245 (smooth lids).
    """

    def __init__(self, reynolds: float = 100.0, lid: str = "parabola", count: int = 48):
        if not reynolds > 0:
            raise ValueError(f"DrivenCavity needs a positive Reynolds number, got {reynolds}")
        if lid not in _LIDS:
            raise ValueError(f"DrivenCavity has no lid {lid!r}; it has {', '.join(_LIDS)}")
        self.reynolds, self.lid, self.count = reynolds, lid, count
        self._corners = UpperCorners(_LIDS[lid][1])

    def __call__(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the flow, which can be differentiated: (N, 2) -> u, v and p, (N,) each."""
        series = torch.from_numpy(self._solved["coefficients"])
        return self._flow(points, series)

    @property
    def error(self) -> dict[str, float]:
        """Relative difference of two resolutions for each unknown."""
        return dict(zip("uvp", self._solved["error"].tolist(), strict=True))

    @cached_property
    def _solved(self) -> dict[str, Array]:
        key = fingerprint("driven cavity 1", self.reynolds, self.lid, float(self.count))
        return cached(key, self._computed)

    def _computed(self) -> dict[str, Array]:
        fine = self._coefficients(self.count)
        coarse = self._coefficients(round(_COARSER * self.count))
        middles = (torch.arange(_COMPARED, dtype=torch.float64) + 0.5) / _COMPARED
        points = torch.cartesian_prod(middles, middles)
        ours, others = (self._flow(points, torch.from_numpy(c)) for c in (fine, coarse))
        error = [float((ours[k] - others[k]).norm() / ours[k].norm()) for k in "uvp"]
        return {"coefficients": fine, "error": np.array(error)}

    def _flow(self, points: Tensor, coefficients: Tensor) -> dict[str, Tensor]:
        smooth = ChebyshevSeries([_UNIT, _UNIT], coefficients)(points)  # (N, 3)
        psi_x, psi_y = self._corners.slopes(*points.unbind(1))
        pressure = self._corners.pressure(*points.unbind(1)) / self.reynolds
        return {
            "u": smooth[:, 0] + psi_y,
            "v": smooth[:, 1] - psi_x,
            "p": smooth[:, 2] + pressure,
        }

    def _coefficients(self, count: int) -> Array:
        """Chebyshev coefficients of u, v and p without the corners, (n, n, 3)."""
        basis = IntegratedBasis(_UNIT, _CLAMPED, count)
        box = Collocation(basis, basis)
        lifted = self._lifted(basis)
        inside = self._inside(box, lifted)
        whole = lifted + box.expanded(inside, (0, 0))
        u, v = _derived(whole, 0, 1), -_derived(whole, 1, 0)
        p = self._pressure(whole, count + 4)
        found = np.zeros((count + 4, count + 4, 3))
        for number, part in enumerate((u, v, p)):
            found[: part.shape[0], : part.shape[1], number] = part
        return found

    def _lifted(self, basis: IntegratedBasis) -> Array:
        """The polynomial with the values and slopes that the corners leave on the walls, (n, n)."""
        nodes = torch.from_numpy((lobatto_nodes(basis.count + 4) + 1) / 2)

        def wall(axis: int, end: float) -> tuple[Array, Array]:
            beside = nodes.clamp(_BESIDE, 1 - _BESIDE)
            at = [beside, beside]
            at[axis] = torch.full_like(nodes, end)
            value = -self._corners.streamfunction(*at)
            slope = -self._corners.slopes(*at)[axis]
            moving = _LIDS[self.lid][0](nodes.numpy()) if (axis, end) == (1, 1.0) else 0.0
            return value.numpy(), slope.numpy() + moving

        traces = [np.array([*wall(axis, 0.0), *wall(axis, 1.0)]) for axis in (0, 1)]  # (4, n)
        at_x, at_y = (series_coefficients(trace, axis=1) for trace in traces)
        blend = np.zeros((basis.count + 4, 4))
        blend[:4] = basis.blends
        corners = basis.conditioned(at_x.T)  # along y, of each trace: (4, 4)
        return blend @ at_x + (blend @ at_y).T - blend @ corners.T @ blend.T

    def _inside(self, box: Collocation, lifted: Array) -> Array:
        """Coefficients of what vanishes on the walls with its slopes."""
        places = 2 * box.axes[0].nodes - 1
        known = [torch.from_numpy(_valued(lifted, places, *order).ravel()) for order in _ORDERS]
        psi_x, psi_y = self._corners.slopes(*box.points.unbind(1))
        points = box.points.clone().requires_grad_()
        with torch.enable_grad():
            swirl = self._corners.laplacian(*points.unbind(1))
        (slopes,) = torch.autograd.grad(swirl.sum(), points)

        def residual(points: Tensor, *fields: Tensor) -> Tensor:
            x, y, xxx, xyy, xxy, yyy, xxxx, xxyy, yyyy = (
                field + part for field, part in zip(fields, known, strict=True)
            )
            swirl_x, swirl_y = xxx + xyy + slopes[:, 0], xxy + yyy + slopes[:, 1]
            carried = (y + psi_y) * swirl_x - (x + psi_x) * swirl_y
            return xxxx + 2 * xxyy + yyyy - reynolds * carried

        reynolds, found = min(_FIRST_REYNOLDS, self.reynolds), np.zeros(len(points))
        while True:
            found = box.solve(residual, _ORDERS, found)
            if reynolds == self.reynolds:
                return found
            reynolds = min(_GROWTH * reynolds, self.reynolds)

    def _pressure(self, whole: Array, count: int) -> Array:
        """Chebyshev coefficients of the pressure without the corners, (n, n)."""
        places = -np.cos(np.pi * (np.arange(count + 1) + 0.5) / (count + 1))
        side = torch.from_numpy((places + 1) / 2)
        points = torch.cartesian_prod(side, side).requires_grad_()
        with torch.enable_grad():
            corners = self._corners.slopes(*points.unbind(1))
        bends = [
            torch.autograd.grad(slope.sum(), points, retain_graph=True)[0] for slope in corners
        ]

        def smooth(*order: int) -> Array:
            return _valued(whole, places, *order)

        def both(part: Tensor, *order: int) -> Array:
            return part.detach().numpy().reshape(count + 1, count + 1) + smooth(*order)

        x, y = both(corners[0], 1, 0), both(corners[1], 0, 1)
        xx, xy, yy = (
            both(bends[0][:, 0], 2, 0),
            both(bends[0][:, 1], 1, 1),
            both(bends[1][:, 1], 0, 2),
        )
        along = (smooth(2, 1) + smooth(0, 3)) / self.reynolds - (y * xy - x * yy)
        across = -(smooth(3, 0) + smooth(1, 2)) / self.reynolds + (y * xx - x * xy)
        return integrated_gradient(along, across, (0.5, 0.5))


def _derived(coefficients: Array, along_x: int, along_y: int) -> Array:
    found = coefficients
    for axis, order in ((0, along_x), (1, along_y)):
        if order:
            slopes = chebyshev.chebder(found, order, scl=2.0, axis=axis)
            found = np.asarray(slopes, dtype=np.float64)
    return found


def _valued(coefficients: Array, places: Array, along_x: int, along_y: int) -> Array:
    """A derivative of a series on the grid of places in [-1, 1], (r, r)."""
    derived = _derived(coefficients, along_x, along_y)
    x, y = (chebyshev.chebvander(places, n - 1) for n in derived.shape)
    found: Array = x @ derived @ y.T
    return found
