"""The part of a boundary that a condition speaks of."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sampling import PointSet, sample_boundary, sample_face, sample_part
from pinn_metakan.pde.condition import Place
from pinn_metakan.pde.data import arguments_at
from pinn_metakan.pde.user_code import call_user

#: A face such as "x=0", a function of the coordinates that returns booleans, or None for all.
Where = str | Callable[..., Tensor] | None

#: How far a face name may be from the bound that it means, relative to the side.
_FACE_TOLERANCE = 1e-6


class BoundaryPart(Place):
    """All of the boundary of space, one face of it, or what a function selects.

    Args:
        where: See `Where`.
    """

    def __init__(self, where: Where = None):
        self.where = where
        self.is_whole_boundary = where is None
        self.why_soft = "'where' is a function" if callable(where) else ""

    def check(self, variables: Variables, domain: Domain) -> None:
        """Refuse a face that does not exist.

        Raises:
            ValueError: If `where` is not a face of the domain, nor a function.
        """
        if isinstance(self.where, str):
            self.face(variables, domain)
        elif self.where is not None and not callable(self.where):
            raise ValueError(f"where must be a face name or a function, got {self.where!r}")

    def face(self, variables: Variables, domain: Domain) -> Face | None:
        """Find the face that is named.

        Args:
            variables: The names.
            domain: The domain.

        Returns:
            The face, None unless `where` is a name.

        Raises:
            ValueError: If the domain has no such face; the message lists those that exist.
        """
        if not isinstance(self.where, str):
            return None
        for face, name in face_names(variables, domain).items():
            coordinate, _, value = self.where.partition("=")
            low, high = domain.bounds[face.axis]
            if coordinate.strip() != name.partition("=")[0]:
                continue
            try:
                distance = abs(float(value) - face.value)
            except ValueError:
                break
            if distance <= _FACE_TOLERANCE * (high - low):
                return face
        names = ", ".join(face_names(variables, domain).values())
        none = "no flat faces: list them in its 'faces', or let 'where' be a function"
        raise ValueError(f"no face {self.where!r}; the domain has {names or none}")

    def faces(self, variables: Variables, domain: Domain) -> tuple[Face, ...]:
        """Find the face that is named, or those of a box if it is all of its boundary."""
        if self.where is None:
            return domain.faces if domain.is_bounded_by_faces else ()
        face = self.face(variables, domain)
        return () if face is None else (face,)

    def sample(
        self, variables: Variables, domain: Domain, count: int, sequence: str, generator: Generator
    ) -> PointSet:
        """Draw points of the part, with normals."""
        if callable(self.where):
            select = self._selector(variables, self.where)
            return sample_part(domain, select, count, sequence, generator)
        face = self.face(variables, domain)
        if face is not None:
            return sample_face(domain, face, count, sequence, generator)
        return sample_boundary(domain, count, sequence, generator)

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
