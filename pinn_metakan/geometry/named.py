"""Domains whose parts are called by names of the user's."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from torch import Tensor

from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.own_boundary import patches_of
from pinn_metakan.geometry.patch import Patch, chosen_patches


class Named(Domain):
    """The same domain with other names of parts; `Domain.named` makes one.

    Args:
        domain: The domain.
        names: One name for the whole boundary, or new names by those that parts have; parts that
            get the same one are one part.

    Raises:
        TypeError: If names are no texts.
        ValueError: If there is no such part.
    """

    def __init__(self, domain: Domain, names: str | Mapping[str, str]):
        self._domain, self._names = domain, names
        if not isinstance(names, str):
            if not isinstance(names, Mapping) or not all(
                isinstance(n, str) for n in names.values()
            ):
                raise TypeError(
                    f"named expects a name, or a dict of new names by old, got {names!r}"
                )
            chosen_patches(patches_of(domain), list(names))
            self.faces = tuple(face for face in domain.faces if face.name not in names)
        self.bounds = domain.bounds
        self.unit_dimension = domain.unit_dimension
        self.boundary_unit_dimension = domain.boundary_unit_dimension

    def __repr__(self) -> str:
        return f"{self._domain!r}.named({self._names!r})"

    @cached_property
    def volume(self) -> float:
        """That of the domain."""
        return self._domain.volume

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """Those of the domain, with other names."""
        return tuple(patch.called(*self._called(patch)) for patch in patches_of(self._domain))

    def _called(self, patch: Patch) -> list[str]:
        if isinstance(self._names, str):
            return [self._names]
        first, *rest = patch.names
        given = [self._names[name] for name in patch.names if name in self._names]
        return [*given, *rest] if given else [first, *rest]

    def contains(self, points: Tensor) -> Tensor:
        """Ask the domain."""
        return self._domain.contains(points)

    def interior(self, unit: Tensor) -> Tensor:
        """Ask the domain."""
        return self._domain.interior(unit)

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Ask the domain."""
        return self._domain.boundary(unit)

    def part_boundary(self, names: Collection[str], unit: Tensor) -> tuple[Tensor, Tensor]:
        """Ask the domain for the parts that are meant."""
        chosen = chosen_patches(self.patches, names)
        if len(chosen) == len(self.patches):
            return self._domain.boundary(unit)
        return super().part_boundary(names, unit)

    def factor(self, points: Tensor) -> Tensor | None:
        """Ask the domain."""
        return self._domain.factor(points)

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
        """Ask the domain for the patches that are meant."""
        if len(patches) == len(self.patches):
            return self._domain.factor(points)
        inner = self._domain.patches
        chosen = [inner[k] for k, patch in enumerate(self.patches) if patch in patches]
        return self._domain.patches_factor(points, chosen)
