"""The whole boundary of a domain that says no more of it than where it is."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Generator, Tensor

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.patch import Patch, away_from
from pinn_metakan.geometry.sequences import draw_unit
from pinn_metakan.geometry.trimming import positive

# All: docs/decisions/0035-domains.md.
#: Points that an area is estimated by, and those at which signs are compared.
_POINTS, _COMPARED = 2**14, 2**12


@dataclass(frozen=True)
class OwnBoundary(Patch):
    """The boundary of a domain of a user's own.

    Args:
        domain: The domain, which draws points of its boundary.
        names: See `Patch`.
        is_hole: Whether outward is toward the inside of the domain.
    """

    domain: Domain
    names: tuple[str, ...]
    is_hole: bool = False

    @cached_property
    def size(self) -> float:
        """Its area, by the divergence theorem: d V is its integral of (x - c) . n."""
        unit = draw_unit("sobol", _POINTS, self.unit_dimension, Generator().manual_seed(0))
        points, normals = self.domain.boundary(unit)
        center = torch.tensor(self.domain.bounds, dtype=torch.float64).mean(dim=1)
        outward = float(((points - center) * normals).sum(dim=1).mean())
        return self.domain.dimension * self.domain.volume / outward

    @property
    def unit_dimension(self) -> int:
        """That of the domain's boundary."""
        return self.domain.boundary_unit_dimension

    def at(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Ask the domain."""
        points, normals = self.domain.boundary(unit)
        return points, -normals if self.is_hole else normals

    @cached_property
    def has_away(self) -> bool:  # type: ignore[override]
        """Whether the domain's factor is positive inside, and negative everywhere outside."""
        low, high = torch.tensor(self.domain.bounds, dtype=torch.float64).T
        unit = draw_unit("sobol", _COMPARED, len(low), Generator().manual_seed(0))
        around = low + (2 * unit - 0.5) * (high - low)
        values = self.domain.factor(around)
        return values is not None and bool(((values > 0) == self.domain.contains(around)).all())

    def away(self, points: Tensor) -> Tensor:
        """Take the domain's factor, without its sign."""
        values = self.domain.factor(points)
        assert values is not None  # as has_away says
        shortest = min(high - low for low, high in self.domain.bounds)
        return shortest / 2 * positive(-values if self.is_hole else values)

    def holds(self, points: Tensor, tolerance: float) -> Tensor:
        """Ask the domain, which has a tolerance of its own."""
        return self.domain.contains(points) & self.domain.on_boundary(points)

    def called(self, *names: str) -> "OwnBoundary":
        """Make the same boundary with other names."""
        return replace(self, names=names)

    def flipped(self) -> "OwnBoundary":
        """Exchange the sides."""
        return replace(self, is_hole=not self.is_hole)


def patches_of(domain: Domain) -> tuple[Patch, ...]:
    """The patches of a domain; its whole boundary, called as its class, where it tells none."""
    return domain.patches or (OwnBoundary(domain, (type(domain).__name__.lower(),)),)


def level_of(domain: Domain, points: Tensor) -> Tensor:
    """The distance from the boundary of a domain, as `Patch.away`, negative outside, (N,)."""
    away = away_from(patches_of(domain), points)
    return torch.where(domain.contains(points), away, -away)
