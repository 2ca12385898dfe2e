"""What one condition says of the slope of an unknown across a flat face."""

from dataclasses import dataclass

from torch import Tensor

from pinn_metakan.ansatz.hard.transfinite import Field, Number, on_face, slope
from pinn_metakan.geometry.domain import Face


@dataclass(frozen=True)
class Flux:
    """a u + b du/dn = c on a flat face, with the outward normal n.

    Args:
        term: Name of the residual term.
        a: Takes points (N, d), gives (N,).
        b: Likewise.
        c: Likewise.
        is_rising: Whether a / b is nowhere negative; otherwise it is nowhere positive.
    """

    term: str
    a: Field
    b: Field
    c: Field
    is_rising: bool = True

    def missing(self, field: Field, points: Tensor, face: Face) -> Tensor:
        """The slope along the normal that a field lacks at points (N, d) of the face, (N,)."""
        outward = face.sign * slope(field, points, face.axis)
        b = self.b(points)
        return (self.c(points) - self.a(points) * field(points)) / b - outward

    @property
    def has_ratio(self) -> bool:
        """Whether a is anything but the number 0."""
        return not _is_zero(self.a)

    @property
    def is_zero(self) -> bool:
        """Whether it says du/dn = 0."""
        return _is_zero(self.a) and _is_zero(self.c)

    def ratio(self, face: Face) -> Field:
        """Divide a by b, at the places of any points (N, d) on the face, (N,)."""
        return _quotient(self.a, self.b, face)

    def slope(self, face: Face) -> Field:
        """Divide c by b, at the places of any points (N, d) on the face, (N,)."""
        return _quotient(self.c, self.b, face)

    def with_value(self, value: Field, face: Face) -> "Flux":
        """What it says where the unknown is given: du/dn alone.

        Args:
            value: The unknown on the face.
            face: The face.

        Returns:
            The same with a = 0 and b = 1.
        """

        def slope_there(points: Tensor) -> Tensor:
            at = on_face(points, face)
            return (self.c(at) - self.a(at) * value(at)) / self.b(at)

        given = slope_there if self.has_ratio else self.slope(face)
        return Flux(self.term, Number(0.0), Number(1.0), given)


def _is_zero(field: Field) -> bool:
    return isinstance(field, Number) and field.value == 0


def _quotient(above: Field, below: Field, face: Face) -> Field:
    if isinstance(above, Number) and isinstance(below, Number):
        return Number(above.value / below.value)

    def quotient(points: Tensor) -> Tensor:
        at = on_face(points, face)
        return above(at) / below(at)

    return quotient
