r"""Laplace's equation in a rectangle with round holes, solved to about rounding."""

import math
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from pinn_metakan.reference.harmonic_fit import HarmonicFit, over_box
from pinn_metakan.reference.harmonic_terms import HarmonicTerms, Multipoles, Polynomials
from pinn_metakan.reference.reference import Reference

# All: docs/decisions/0039-steady-references.md.
#: Points per side or rim and power that it is fitted at, and how many times as many it is then
#: measured at.
_POINTS, _FINER = 3, 7


class OutsideDisks(Reference):
    r"""The harmonic function in a rectangle outside of disks, constant on each.

    .. math:: u = \Re \sum_{k=0}^{n} a_k z^k + \sum_j \Big( b_j \log \frac{|z - z_j|}{R_j}
        + \Re \sum_{k=1}^{m} c_{jk} \big( \tfrac{R_j}{z - z_j} \big)^k \Big)

    with one value on the sides of the rectangle and one on all disks. Nothing is assumed of
    symmetry. By the maximum principle u is wrong nowhere by more than it is on the boundary.

    Args:
        bounds: Lowest and highest x, then y [unit of length].
        centers: z_j, (J, 2) [unit of length].
        radii: R_j, (J,) [unit of length].
        outside: u on the sides.
        on_disks: u on the disks.
        degree: n [-].
        order: m [-].

    Raises:
        ValueError: If there are not as many radii as centers, or disks touch each other or a side.

    Source: Trefethen, Series solution of Laplace problems, ANZIAM J. 60 (2018) 1-26.
    """

    def __init__(
        self,
        bounds: Sequence[tuple[float, float]],
        centers: Sequence[tuple[float, float]],
        radii: Sequence[float],
        outside: float = 1.0,
        on_disks: float = 0.0,
        degree: int = 120,
        order: int = 24,
    ):
        if len(centers) != len(radii):
            raise ValueError(f"each disk has a center and a radius, got {len(centers)} centers and "
                             f"{len(radii)} radii")  # fmt: skip
        self.bounds, self.centers, self.radii = bounds, centers, radii
        self._values = (outside, on_disks)
        self._check_gaps()
        self._degree, self._order = degree, order

    def __call__(self, points: Tensor) -> dict[str, Tensor]:
        """Evaluate the solution, which can be differentiated: (N, 2) -> u (N,)."""
        return {"u": self._fit(points)}

    @cached_property
    def bound(self) -> float:
        """Largest misfit on the boundary, which bounds the error of u inside."""
        return self._fit.misfit(*self._boundary(_FINER * _POINTS * self._degree))

    @cached_property
    def error(self) -> dict[str, float]:
        """The bound over the root mean square of u."""
        points = over_box(*torch.tensor(self.bounds, dtype=torch.float64).T)
        for center, radius in zip(self.centers, self.radii, strict=True):
            points = points[(points - points.new_tensor(center)).norm(dim=1) > radius]
        return {"u": self.bound / float(self(points)["u"].square().mean().sqrt())}

    @cached_property
    def _fit(self) -> HarmonicFit:
        (left, right), (bottom, top) = self.bounds
        middle, half = (
            ((left + right) / 2, (bottom + top) / 2),
            math.hypot(right - left, top - bottom) / 2,
        )
        terms: list[HarmonicTerms] = [Polynomials(self._degree, middle, half)]
        disks = zip(self.centers, self.radii, strict=True)
        terms += [Multipoles(self._order, center, radius) for center, radius in disks]
        return HarmonicFit(terms, *self._boundary(_POINTS * self._degree))

    def _check_gaps(self) -> None:
        for index, ((x, y), radius) in enumerate(zip(self.centers, self.radii, strict=True)):
            (left, right), (bottom, top) = self.bounds
            gaps = [x - left, right - x, y - bottom, top - y]
            others = list(zip(self.centers, self.radii, strict=True))[:index]
            gaps += [math.dist((x, y), center) - other for center, other in others]
            if min(gaps) <= radius:
                raise ValueError(
                    f"disks must not touch each other or a side: the one at {(x, y)} with radius "
                    f"{radius} does; make it smaller or move it"
                )

    def _boundary(self, count: int) -> tuple[Tensor, Tensor]:
        """Points on the sides and the disks, as many on each, and the values there."""
        share = (torch.arange(count, dtype=torch.float64) + 0.5) / count
        (left, right), (bottom, top) = self.bounds
        toward = (1 - torch.cos(math.pi * share)) / 2  # denser near the corners
        x, y = left + (right - left) * toward, bottom + (top - bottom) * toward
        sides = [(x, torch.full_like(x, level)) for level in (bottom, top)]
        sides += [(torch.full_like(y, level), y) for level in (left, right)]
        angle = 2 * math.pi * share
        rims = [
            (center[0] + radius * angle.cos(), center[1] + radius * angle.sin())
            for center, radius in zip(self.centers, self.radii, strict=True)
        ]
        points = torch.cat([torch.stack(pair, dim=1) for pair in (*sides, *rims)])
        values = torch.full((len(points),), self._values[1], dtype=torch.float64)
        values[: 4 * count] = self._values[0]
        return points, values
