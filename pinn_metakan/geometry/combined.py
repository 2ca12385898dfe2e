"""Unions, intersections and differences of two domains."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from pinn_metakan.geometry.cutting import cut
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.kept_points import KeptPoints, Operation
from pinn_metakan.geometry.own_boundary import patches_of
from pinn_metakan.geometry.patch import Patch
from pinn_metakan.geometry.patch_rule import volume_within


def union(first: Domain, second: Domain) -> Domain:
    """Make the union of two domains."""
    sides = zip(first.bounds, second.bounds, strict=False)
    return Combined("|", first, second, [(min(a, c), max(b, d)) for (a, b), (c, d) in sides])


def intersection(first: Domain, second: Domain) -> Domain:
    """Make the intersection of two domains."""
    sides = zip(first.bounds, second.bounds, strict=False)
    return Combined("&", first, second, [(max(a, c), min(b, d)) for (a, b), (c, d) in sides])


def difference(first: Domain, second: Domain) -> Domain:
    """Make what is left of one domain without the inside of another."""
    return Combined("-", first, second, first.bounds)


@dataclass(frozen=True)
class _Piece:
    """A patch of the boundary, and the patch of a member that it is a piece of."""

    patch: Patch
    is_second: bool
    source: Patch


class Combined(Domain):
    """Two domains combined; `a | b`, `a & b` and `a - b` make one.

    Parts of its boundary keep the names that they have in a and b. Where both have a part of one
    name, that of b is numbered: rim, rim2; flat faces of one name are one part.

    Args:
        operation: "|", "&" or "-".
        first: a.
        second: b.
        bounds: Of the combined domain.

    Raises:
        TypeError: If something is no domain.
        ValueError: If the domains do not fit each other, or nothing is left.
    """

    def __init__(
        self,
        operation: Operation,
        first: Domain,
        second: Domain,
        bounds: Sequence[tuple[float, float]],
    ):
        for member in (first, second):
            if not isinstance(member, Domain):
                raise TypeError(f"a Domain is combined with a Domain, got {member!r}")
            if member.time_axis is not None or member.parameter_axes:
                raise ValueError(
                    f"combine domains of space, then make a SpaceTime of the result; got {member!r}"
                )
        if first.dimension != second.dimension or first.dimension < 2:
            raise ValueError(
                "domains of 2 or more coordinates are combined, with as many as each other; got "
                f"{first.dimension} and {second.dimension}"
            )
        self._operation, self._first, self._second = operation, first, second
        if any(low >= high for low, high in bounds):
            raise ValueError(f"nothing is left of {self!r}")
        self.bounds = tuple(bounds)
        self._drawn_in = first if operation == "-" else None
        if self._drawn_in is not None:
            self.unit_dimension = first.unit_dimension
        self.boundary_unit_dimension = max(
            (piece.patch.unit_dimension for piece in self._pieces), default=1
        )
        if not self._pieces:
            raise ValueError(f"nothing is left of {self!r}")

    def __repr__(self) -> str:
        return f"({self._first!r} {self._operation} {self._second!r})"

    @cached_property
    def volume(self) -> float:
        """Its volume, by the divergence theorem where its boundary is made of curves."""
        found = volume_within(self.patches)
        return super().volume if found is None else found

    @cached_property
    def patches(self) -> tuple[Patch, ...]:
        """What is left of the patches of both."""
        return tuple(piece.patch for piece in self._pieces)

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """Flat faces of both that are at the bounds, or what is left of them."""
        faces = dict.fromkeys([*self._first.faces, *self._second.faces])
        names = {*self.parts, *self.aliases}
        return tuple(
            face
            for face in faces
            if face.value == self.bounds[face.axis][face.sign > 0] and face.name in names
        )

    def interior(self, unit: Tensor) -> Tensor:
        """Draw points of the first domain where something is left out of it."""
        return super().interior(unit) if self._drawn_in is None else self._drawn_in.interior(unit)

    def boundary(self, unit: Tensor) -> tuple[Tensor, Tensor]:
        """Draw points of all parts."""
        return self.part_boundary(self.parts, unit)

    def contains(self, points: Tensor) -> Tensor:
        """Ask both domains; what is left out has no boundary of its own."""
        in_first, in_second = self._first.contains(points), self._second.contains(points)
        if self._operation == "|":
            return in_first | in_second
        if self._operation == "&":
            return in_first & in_second
        near = in_first & in_second
        is_left = in_first & ~in_second
        is_left[near] = self._second.on_boundary(points[near])
        return is_left

    def factor(self, points: Tensor) -> Tensor | None:
        """Evaluate the factor of all parts."""
        return self.patches_factor(points, self.patches)

    def patches_factor(self, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
        """Multiply factors of both members where it is inside one and inside or outside the other.

        Args:
            points: Shape (N, d).
            patches: Some of `patches`.

        Returns:
            Of a union, the distance from joined pieces instead; None where a factor is not known.
        """
        if self._operation == "|":
            return self.outside_factor(points, patches)
        chosen = [piece for piece in self._pieces if piece.patch in patches]
        first = list(dict.fromkeys(piece.source for piece in chosen if not piece.is_second))
        second = list(dict.fromkeys(piece.source for piece in chosen if piece.is_second))
        factors = [_inside_factor(self._first, points, first)] if first else []
        if second and self._operation == "&":
            factors.append(_inside_factor(self._second, points, second))
        elif second:
            flipped = [patch.flipped() for patch in second]
            factors.append(_outside_factor(self._second, points, flipped))
        value: Tensor | None = None
        for factor in factors:
            if factor is None:
                return None
            value = factor if value is None else value * factor
        return value

    @cached_property
    def _pieces(self) -> list[_Piece]:
        """The boundary: what is left of the patches of both, where it leads out."""
        pieces: list[_Piece] = []
        taken: dict[str, str] = {}
        for is_second, member, other in (
            (False, self._first, self._second),
            (True, self._second, self._first),
        ):
            sources = patches_of(member)
            flips = is_second and self._operation == "-"
            turned = [patch.flipped() if flips else patch for patch in sources]
            kept = KeptPoints(self._operation, member, other, is_second)
            names = {patch.names[0] for patch in sources}
            renamed = {name: _name(name, taken, is_second) for name in sorted(names)}
            elsewhere = {name for patch in patches_of(other) for name in patch.names}
            for source, found in zip(
                sources,
                cut(turned, kept, [other.contains, kept.is_along], kept.inside),
                strict=True,
            ):
                first, *rest = source.names
                # What would select patches of both is no name of either.
                rest = [name for name in rest if _is_face(name) or name not in elsewhere]
                # All of a patch that lies along the first boundary would double the zero there.
                is_shared = flips and kept.lies_along(source)
                pieces += [
                    _Piece(
                        patch.called(renamed[first], *rest),
                        is_second,
                        patch.flipped() if is_shared else source,
                    )
                    for patch in found
                ]
            if not is_second:
                taken = {name: name for name in {piece.patch.names[0] for piece in pieces}}
        return pieces


def _inside_factor(domain: Domain, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
    return domain.patches_factor(points, patches) if domain.patches else domain.factor(points)


def _outside_factor(domain: Domain, points: Tensor, patches: Sequence[Patch]) -> Tensor | None:
    if domain.patches:
        return domain.outside_factor(points, patches)
    if not all(patch.has_away for patch in patches):
        return None
    away = patches[0].away(points)
    shortest = min(high - low for low, high in domain.bounds)
    return away / (shortest / 2 + away)


def _name(name: str, taken: dict[str, str], is_second: bool) -> str:
    """The name of a part of the second member, numbered where the first one has it too."""
    if not is_second or _is_face(name) or name not in taken:
        return name
    stem, number = name.rstrip("0123456789") or name, 2
    while f"{stem}{number}" in taken:
        number += 1
    taken[f"{stem}{number}"] = name
    return f"{stem}{number}"


def _is_face(name: str) -> bool:
    return name.startswith("x") and "=" in name
