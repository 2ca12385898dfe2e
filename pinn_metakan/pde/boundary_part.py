"""The part of a boundary that a condition speaks of."""

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sampling import (
    PointSet,
    sample_boundary,
    sample_face,
    sample_part,
    sample_parts,
)
from pinn_metakan.pde.condition import Place
from pinn_metakan.pde.data import arguments_at
from pinn_metakan.pde.user_code import call_user

#: A part such as "hole1" or "x=0", several, a function of the coordinates that returns booleans, or
#: None for all.
Where = str | Sequence[str] | Callable[..., Tensor] | None

#: How far a face name may be from the bound that it means, relative to the side.
_FACE_TOLERANCE = 1e-6
#: Fewest and most points of a part, relative to the mean (docs/decisions/0035-domains.md).
_FEWEST, _MOST = 0.25, 4.0


class BoundaryPart(Place):
    """All of the boundary of space, parts of it that have names, or what a function selects.

    Args:
        where: See `Where`.
    """

    def __init__(self, where: Where = None):
        self.where = where
        self.is_whole_boundary = where is None
        self.why_soft = "'where' is a function" if callable(where) else ""

    def check(self, variables: Variables, domain: Domain) -> None:
        """Refuse a part that does not exist.

        Raises:
            ValueError: If `where` is neither names of parts of the boundary nor a function.
        """
        if self.where is None or callable(self.where):
            return
        names = [self.where] if isinstance(self.where, str) else self.where
        if not isinstance(names, tuple | list) or not all(isinstance(n, str) for n in names):
            raise ValueError(
                f"where must be names of parts of the boundary or a function, got {self.where!r}"
            )
        if not names:
            raise ValueError("where must name a part of the boundary, got none")
        for name in names:
            self._found(name, variables, domain)
        if len(names) > 1 and not domain.parts:
            raise ValueError(
                f"where={self.where!r} names several parts, but the boundary of {domain!r} has no "
                "parts; write a condition for each, or let 'where' be a function"
            )

    def parts(self, variables: Variables, domain: Domain) -> tuple[str, ...]:
        """Find the parts that are named, as the domain calls them.

        Args:
            variables: The names.
            domain: The domain.

        Returns:
            Names for `Domain.part_boundary` and its like; none unless `where` is names, and none
            for a flat face of a domain whose boundary has no parts.

        Raises:
            ValueError: If there is no such part; the message lists those that exist.
        """
        found = self._all_found(variables, domain)
        parts = [part if isinstance(part, str) else part.name for part in found]
        return tuple(dict.fromkeys(parts)) if domain.parts else ()

    def face(self, variables: Variables, domain: Domain) -> Face | None:
        """Find the flat face that is named.

        Args:
            variables: The names.
            domain: The domain.

        Returns:
            The face, None unless `where` is the name of one.

        Raises:
            ValueError: If the domain has no such part; the message lists those that exist.
        """
        if not isinstance(self.where, str):
            return None
        found = self._found(self.where, variables, domain)
        return None if isinstance(found, str) else found

    def _all_found(self, variables: Variables, domain: Domain) -> list[Face | str]:
        if self.where is None or callable(self.where):
            return []
        names = [self.where] if isinstance(self.where, str) else self.where
        return [self._found(name, variables, domain) for name in names]

    def _found(self, where: str, variables: Variables, domain: Domain) -> Face | str:
        """The flat face or the part of a name."""
        faces = face_names(variables, domain)
        coordinate, _, value = (text.strip() for text in where.partition("="))
        number = _number(value)
        for face, name in faces.items():
            low, high = domain.bounds[face.axis]
            if number is None or coordinate != name.partition("=")[0]:
                continue
            if abs(number - face.value) <= _FACE_TOLERANCE * (high - low):
                return face
        part = where
        if number is not None and not variables.has_vector and coordinate in variables.coordinates:
            part = Face(variables.axis(coordinate), number, 1).name
        if part in domain.parts or part in domain.aliases:
            return part
        parts = part_names(variables, domain)
        shown = ", ".join(dict.fromkeys([*faces.values(), *parts]))
        what = "part" if set(parts) - set(faces.values()) else "face"
        none = "no flat faces: list them in its 'faces', or let 'where' be a function"
        raise ValueError(f"no {what} {where!r}; the domain has {shown or none}")

    def faces(self, variables: Variables, domain: Domain) -> tuple[Face, ...]:
        """Find the flat faces that are named, or those of a box if it is all of its boundary.

        Args:
            variables: The names.
            domain: The domain.

        Returns:
            The faces; none if a part that is named is no flat face.
        """
        if self.where is None:
            return domain.faces if domain.is_bounded_by_faces else ()
        found = self._all_found(variables, domain)
        faces = [part for part in found if not isinstance(part, str)]
        return tuple(dict.fromkeys(faces)) if len(faces) == len(found) else ()

    def relative_size(self, variables: Variables, domain: Domain) -> float:
        """How long or large its parts are, relative to the mean of all; within bounds.

        Args:
            variables: The names.
            domain: The domain.

        Returns:
            1 for all of the boundary, for flat faces and where sizes are not known.
        """
        parts = self.parts(variables, domain)
        if not parts or self.faces(variables, domain):
            return 1.0
        mean = sum(map(domain.part_size, domain.parts)) / len(domain.parts)
        return min(max(sum(map(domain.part_size, parts)) / mean, _FEWEST), _MOST)

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw points of the part, with normals."""
        if self.where is None:
            return sample_boundary(domain, count, sequence, generator)
        if callable(self.where):
            select = self._selector(variables, self.where)
            return sample_part(domain, select, count, sequence, generator)
        face = self.face(variables, domain)
        if face is not None:
            return sample_face(domain, face, count, sequence, generator)
        parts = self.parts(variables, domain)
        return sample_parts(domain, parts, count, sequence, generator)

    def _selector(
        self, variables: Variables, where: Callable[..., Tensor]
    ) -> Callable[[Tensor], Tensor]:
        def select(points: Tensor) -> Tensor:
            chosen = call_user(where, arguments_at(variables, points), "the function 'where'")
            if not isinstance(chosen, Tensor) or chosen.dtype != torch.bool:
                raise ValueError("the function 'where' must return a boolean tensor (N,)")
            if chosen.shape != (len(points),):
                shape = tuple(chosen.shape)
                raise ValueError(f"'where' returned shape {shape}, expected ({len(points)},)")
            return chosen

        return select


def face_names(variables: Variables, domain: Domain) -> dict[Face, str]:
    """Name each flat face by the coordinate that is constant on it, such as ``x=-1``."""
    if variables.has_vector:
        return {}
    return {face: f"{variables.coordinates[face.axis]}={face.value:g}" for face in domain.faces}


def part_names(variables: Variables, domain: Domain) -> dict[str, str]:
    """Name each part of the boundary as `where` does, by coordinates such as ``x=-1``."""
    found: dict[str, str] = {}
    for part in domain.parts:
        column, is_flat, value = part.removeprefix("x").partition("=")
        is_face = bool(is_flat) and part.startswith("x") and column.isdigit()
        is_named = is_face and not variables.has_vector
        found[f"{variables.coordinates[int(column) - 1]}={value}" if is_named else part] = part
    return found


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
