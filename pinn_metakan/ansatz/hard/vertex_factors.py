r"""Factors that vanish at inner corners as solutions do.

At a corner whose angle :math:`\alpha` exceeds pi, with u = 0 on both edges, solutions begin with
:math:`s = r^{\pi/\alpha} \sin(\pi \theta / \alpha)`. A factor like the distance from the edges is
smaller there by a power of r, so that u = B N asks for an N without bound. So B is blended into s,

.. math:: B \mapsto (1 - \chi) B + \chi c s, \qquad \chi = (1 - r^2 / R^2)^5 \text{ for } r < R,

which vanishes to first order on the same edges, and is harmonic at the corner.

Source: Grisvard, Elliptic Problems in Nonsmooth Domains, 1985, chapter 4 (s); Sukumar, Srivastava,
Comput. Methods Appl. Mech. Engrg. 389 (2022) 114333 (factors).
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor

from pinn_metakan.ansatz.hard.transfinite import Field
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.patch import Patch

# All: docs/decisions/0036-shapes.md.
#: Angles above pi by less than this are none [rad].
_FLAT = 0.05
#: R beside the distance to the next vertex or other part of the boundary; the power of chi.
_RADIUS, _POWER = 0.8, 5
#: Ends of edges coincide, and edges are straight, within this part of the domain's size.
_SAME = 1e-9
#: Points along an edge at which its distance from a vertex is taken.
_ALONG = 65


@dataclass(frozen=True)
class _End:
    """An end of a straight edge: its place, the way along the edge, the way out, the length."""

    patch: Patch
    place: Tensor
    along: Tensor
    outward: Tensor
    length: float


@dataclass(frozen=True)
class Corner:
    """An inner corner of a plane domain.

    Args:
        place: The vertex, (x, y).
        middle: Angle of the line that halves it, from the first axis [rad].
        angle: Its angle, between pi and 2 pi [rad].
        radius: R, within which nothing but its edges is boundary.
    """

    place: tuple[float, float]
    middle: float
    angle: float
    radius: float

    @property
    def power(self) -> float:
        """The power of r that solutions begin with, pi / alpha."""
        return math.pi / self.angle

    def polar(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Evaluate (r / R)^2 and the angle from the middle at points (N, d), (N,) each.

        Returns:
            Both; the angle is between -pi and pi, so that it jumps outside of the domain only. At
            the vertex the first is 0, and neither has derivatives.
        """
        x, y = points[:, 0] - self.place[0], points[:, 1] - self.place[1]
        is_vertex = (x == 0) & (y == 0)
        x, y = (
            torch.where(is_vertex, math.cos(self.middle), x),
            torch.where(is_vertex, math.sin(self.middle), y),
        )
        along = x * math.cos(self.middle) + y * math.sin(self.middle)
        across = y * math.cos(self.middle) - x * math.sin(self.middle)
        square = (x.square() + y.square()) / self.radius**2
        return torch.where(is_vertex, torch.zeros_like(x), square), torch.atan2(across, along)

    def share(self, square: Tensor) -> Tensor:
        """Evaluate chi at (r / R)^2, (N,)."""
        return (1 - square).clamp(min=0.0) ** _POWER

    def grown(self, square: Tensor) -> Tensor:
        """Evaluate (r / R)^(pi / alpha) from (r / R)^2, (N,); at the vertex without derivatives."""
        is_vertex = square == 0
        away = torch.where(is_vertex, torch.ones_like(square), square)
        return torch.where(is_vertex, torch.zeros_like(square), away ** (self.power / 2))

    def blended(self, points: Tensor, values: Tensor, size: float) -> Tensor:
        """Blend a factor (N,) at points (N, d) into c s, which is `size` halfway to R."""
        square, angle = self.polar(points)
        singular = size * 2**self.power * self.grown(square) * torch.cos(self.power * angle)
        share = self.share(square)
        return torch.where(share > 0, (1 - share) * values + share * singular, values)

    def inputs(self, points: Tensor) -> Tensor:
        """Evaluate chi r^p sin(p phi) and chi r^p cos(p phi), p = pi / alpha, phi from the middle.

        Args:
            points: Shape (N, d).

        Returns:
            Both, of at most 1, shape (N, 2).
        """
        square, angle = self.polar(points)
        half = self.power / 2
        most = (half / (half + _POWER)) ** half * (_POWER / (half + _POWER)) ** _POWER
        share = self.share(square)
        size = torch.where(share > 0, share * self.grown(square) / most, torch.zeros_like(share))
        both = [torch.sin(self.power * angle), torch.cos(self.power * angle)]
        return size.unsqueeze(1) * torch.stack(both, dim=1)


def with_inner_corners(factor: Field, domain: Domain, names: Collection[str]) -> Field:
    """Blend a factor into singular functions at the inner corners of the parts that it vanishes on.

    Args:
        factor: Vanishes on the parts; takes points (N, d).
        domain: Where.
        names: Names of the parts.

    Returns:
        The factor; as it was where there are no inner corners of straight edges.
    """
    space = domain.without_parameters.space
    found = inner_corners(space, names) if space.dimension == 2 else []
    if not found:
        return factor
    sized: list[tuple[Corner, float]] = []
    for corner in found:
        reach = corner.radius / 2
        x = corner.place[0] + reach * math.cos(corner.middle)
        y = corner.place[1] + reach * math.sin(corner.middle)
        low = [bound[0] for bound in domain.bounds]
        at = torch.tensor([[x, y, *low[2:]]], dtype=torch.float64)
        sized.append((corner, float(factor(at).detach()[0])))

    def values(points: Tensor) -> Tensor:
        result = factor(points)
        for corner, size in sized:
            result = corner.blended(points, result, size)
        return result

    return values


def inner_corners(space: Domain, names: Collection[str]) -> list[Corner]:
    """Find where two straight edges of some parts meet at an angle of more than pi.

    Args:
        space: A plane domain.
        names: Names of the parts.

    Returns:
        The corners.
    """
    size = max(high - low for low, high in space.bounds)
    patches = [patch for patch in space.patches if not set(names).isdisjoint(patch.names)]
    ends = [end for patch in patches for end in _ends(patch, size)]
    found = []
    for number, first in enumerate(ends):
        for second in ends[:number]:
            is_shared = float((first.place - second.place).norm()) <= _SAME * size
            if not is_shared or first.patch is second.patch:
                continue
            for a, b in ((first, second), (second, first)):
                ahead = torch.stack([-a.along[1], a.along[0]])
                if float(ahead @ a.outward) > 0:  # the domain is not to the left of a
                    continue
                cross = float(a.along[0] * b.along[1] - a.along[1] * b.along[0])
                angle = math.atan2(cross, float(a.along @ b.along)) % (2 * math.pi)
                if angle > math.pi + _FLAT:
                    radius = _RADIUS * min(a.length, b.length, _clearance(space, a, b))
                    middle = math.atan2(float(a.along[1]), float(a.along[0])) + angle / 2
                    x, y = a.place.tolist()
                    found.append(Corner((x, y), middle, angle, radius))
    return found


def _ends(patch: Patch, size: float) -> list[_End]:
    """Both ends of a straight edge; none of a bent one."""
    points, normals = patch.at(torch.tensor([[0.0], [0.5], [1.0]], dtype=torch.float64))
    if float((points[1] - (points[0] + points[2]) / 2).norm()) > _SAME * size:
        return []
    step = points[2] - points[0]
    length = float(step.norm())
    if length <= _SAME * size:
        return []
    return [
        _End(patch, points[0], step / length, normals[0], length),
        _End(patch, points[2], -step / length, normals[2], length),
    ]


def _clearance(space: Domain, a: _End, b: _End) -> float:
    """Distance from a vertex to the boundary besides its edges."""
    along = torch.linspace(0.0, 1.0, _ALONG, dtype=torch.float64)[:, None]
    others = [patch for patch in space.patches if patch is not a.patch and patch is not b.patch]
    distances = [float((patch.at(along)[0] - a.place).norm(dim=1).min()) for patch in others]
    return min(distances, default=math.inf)
