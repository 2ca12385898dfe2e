r"""Poisson's equation with the source 1 in a polygon, solved to about rounding."""

import math
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.reference.harmonic_fit import HarmonicFit, over_box
from pinn_metakan.reference.harmonic_terms import (
    HarmonicTerms,
    Polynomials,
    VertexLogarithm,
    VertexPowers,
)
from pinn_metakan.reference.reference import Reference

#: Vertices of the L-shape [-1, 1]^2 without [0, 1] x [-1, 0].
L_SHAPE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (0.0, -1.0))

# All: docs/decisions/0039-steady-references.md.
#: Points per edge and power that it is fitted at, and how many times as many it is measured at.
_POINTS, _FINER = 6, 7
#: A whole part of pi, within this [-].
_SAME_ANGLE = 1e-9


class PolygonTorsion(Reference):
    r"""The solution of -lap u = 1 in a polygon, u = 0 on its boundary.

    .. math:: u = -\tfrac14 |x - x_0|^2 + \sum_k a_k \Re z^k + b_k \Im z^k
        + \sum_v \sum_k c_{vk} r_v^{k \pi / \alpha_v} \sin(k \pi \theta_v / \alpha_v)
        + \sum_v d_v r_v^2 (\log r_v \sin 2 \theta_v + \theta_v \cos 2 \theta_v)

    Powers stand at each vertex whose angle is no whole part of pi, logarithms at right angles.
    The coefficients make u vanish on the boundary; by the maximum principle u is wrong nowhere by
    more than it is there.

    Args:
        vertices: Corners in their order (V, 2) [unit of length]; the L-shape unless given.
        degree: Highest power of z; as many powers stand at a vertex.

    Raises:
        ValueError: If there are fewer than three vertices, or the outward bisector of an angle
            meets the polygon again: a power there would not be harmonic.

    Source: Fox, Henrici, Moler, SIAM J. Numer. Anal. 4 (1967) 89-102.
    """

    def __init__(self, vertices: Sequence[Sequence[float]] = L_SHAPE, degree: int = 50):
        corners = torch.tensor(vertices, dtype=torch.float64)
        if corners.ndim != 2 or corners.shape[0] < 3 or corners.shape[1] != 2:
            raise ValueError(
                f"a polygon needs at least three vertices (x, y), got {tuple(corners.shape)}"
            )
        following = corners.roll(-1, 0)
        if float(_cross(corners, following).sum()) < 0:  # clockwise
            corners, following = corners.flip(0), corners.flip(0).roll(-1, 0)
        self._corners, self._following = corners, following
        low, high = self._bounds = corners.amin(0), corners.amax(0)
        self._center, self._degree = (low + high) / 2, degree
        half = float((high - low).norm()) / 2
        self._terms: list[HarmonicTerms] = [Polynomials(degree, _pair(self._center), half)]
        for index in range(len(corners)):
            self._terms += self._singular(index)

    def __call__(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution, which can be differentiated: (N, 2) -> u (N,)."""
        return {"u": self._fit(points) - self._lifted(points)}

    @cached_property
    def bound(self) -> float:
        """Largest misfit on the boundary, which bounds the error of u inside."""
        points = _on_edges(self._corners, self._following, _FINER * _POINTS * self._degree)
        return self._fit.misfit(points, self._lifted(points))

    @cached_property
    def error(self) -> dict[str, float]:
        """The bound over the root mean square of u."""
        points = over_box(*self._bounds)
        values = self(points[self.contains(points)])["u"]
        return {"u": self.bound / float(values.square().mean().sqrt())}

    @cached_property
    def _fit(self) -> HarmonicFit:
        points = _on_edges(self._corners, self._following, _POINTS * self._degree)
        return HarmonicFit(self._terms, points, self._lifted(points))

    def contains(self, points: Tensor) -> Tensor:
        """Whether points (N, 2) are inside, (N,)."""
        start, end = self._corners.to(points), self._corners.roll(-1, 0).to(points)
        x, y = points[:, :1], points[:, 1:]
        spans = (start[:, 1] > y) != (end[:, 1] > y)  # (N, V)
        level = torch.where(end[:, 1] == start[:, 1], 1.0, end[:, 1] - start[:, 1])
        at = start[:, 0] + (y - start[:, 1]) * (end[:, 0] - start[:, 0]) / level
        return (spans & (x < at)).sum(dim=1) % 2 == 1

    def _lifted(self, points: Tensor) -> Tensor:
        return (points - self._center.to(points)).square().sum(dim=1) / 4

    def _singular(self, index: int) -> list[HarmonicTerms]:
        """Functions of the vertex that no polynomial is near to."""
        vertex = self._corners[index]
        ahead = self._corners[(index + 1) % len(self._corners)] - vertex
        behind = self._corners[index - 1] - vertex
        direction = math.atan2(ahead[1], ahead[0])
        opening = (math.atan2(behind[1], behind[0]) - direction) % (2 * math.pi)
        place = (_pair(vertex), direction, opening)
        found: list[HarmonicTerms] = []
        if abs(math.pi / opening - round(math.pi / opening)) > _SAME_ANGLE:
            found.append(VertexPowers(self._degree, *place))
        if abs(math.cos(opening)) < _SAME_ANGLE:
            found.append(VertexLogarithm(*place))
        if found and self._is_cut(index, direction + opening / 2 + math.pi):
            raise ValueError(
                f"polygon: the outward bisector at the vertex {_pair(vertex)} meets the polygon "
                "again; this series needs one where it does not: use a mesh"
            )
        return found

    def _is_cut(self, index: int, angle: float) -> bool:
        """Whether the ray from a vertex meets an edge that the vertex is not an end of."""
        own = (index, (index - 1) % len(self._corners))
        ray = torch.tensor([math.cos(angle), math.sin(angle)], dtype=torch.float64)
        for edge in set(range(len(self._corners))).difference(own):
            start = self._corners[edge] - self._corners[index]
            end = self._corners[(edge + 1) % len(self._corners)] - self._corners[index]
            before, after = float(_cross(ray, start)), float(_cross(ray, end))
            if before * after < 0:
                at = start + (end - start) * before / (before - after)
                if float(at @ ray) > 0:
                    return True
        return False


def _pair(point: Tensor) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _cross(first: Tensor, second: Tensor) -> Tensor:
    return first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]


def _on_edges(start: Tensor, end: Tensor, count: int) -> Tensor:
    """Points of all edges, denser toward vertices: (V count, 2)."""
    middles = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    share = (1 - torch.cos(math.pi * middles)) / 2
    return (start[:, None] + share[:, None] * (end - start)[:, None]).reshape(-1, 2)
