"""Data that disagree where two conditions meet, such as a wall that is not at its initial value."""

from dataclasses import dataclass

from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.part_data import meeting_points
from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.transfinite import Field, at_time, on_face, slope
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sampling import sample_boundary, sample_interior, sample_parts
from pinn_metakan.pde.boundary_part import face_names
from pinn_metakan.pde.corner_weights import Meeting

#: Data that differ by more than this, relative to their size, contradict each other
#: (docs/decisions/0006-hard-conditions.md).
_AGREEMENT = 1e-6
#: Where data are compared: this many points of each intersection.
_COMPARED_POINTS = 64


@dataclass(frozen=True)
class Conflict:
    """Two conditions whose data disagree where they meet.

    Args:
        terms: Their residual terms.
        line: What disagrees and where, for the user.
        face: The flat face whose values are not those at the start; None for anything else.
        mean: The mean of the two values where they differ most.
        meeting: Where two planes meet that have the data; None for anything else.
    """

    terms: frozenset[str]
    line: str
    face: Face | None
    mean: float
    meeting: Meeting | None


def find_conflicts(
    pieces: Pieces, variables: Variables, domain: Domain, periodic: dict[int, str]
) -> list[Conflict]:
    """Compare the data of any two conditions where they meet."""
    generator = Generator().manual_seed(0)
    conflicts: list[Conflict] = []

    def compare(
        a: tuple[str, Field],
        b: tuple[str, Field],
        points: Tensor,
        sizes: tuple[float, ...],
        what: str = "values",
        face: Face | None = None,
        meeting: Meeting | None = None,
    ) -> None:
        first, second = a[1](points), b[1](points)
        size = max(*sizes, float(first.abs().max()), float(second.abs().max()))
        worst = int((first - second).abs().argmax())
        if float((first - second).abs()[worst]) > _AGREEMENT * size:
            place = ", ".join(f"{value:g}" for value in points[worst].tolist())
            values = float(first[worst]), float(second[worst])
            line = (
                f"{a[0]} and {b[0]} contradict each other: their {what} at ({place}) are "
                f"{values[0]:g} and {values[1]:g}"
            )
            terms = frozenset({a[0], b[0]})
            conflicts.append(Conflict(terms, line, face, sum(values) / 2, meeting))

    inside = sample_interior(domain, _COMPARED_POINTS, "sobol", generator).points
    at_start = at_time(inside, pieces.time)
    names = face_names(variables, domain)
    for face, piece in pieces.faces.items():
        for other, other_piece in pieces.faces.items():
            if other.axis > face.axis and other_piece[0] != piece[0]:
                corner = on_face(on_face(inside, face), other)
                sizes = (
                    _size(piece[1], on_face(inside, face)),
                    _size(other_piece[1], on_face(inside, other)),
                )
                what = f"values where {names[face]} meets {names[other]}"
                axes, places = (face.axis, other.axis), (face.value, other.value)
                compare(piece, other_piece, corner, sizes, what, meeting=Meeting(axes, places))
    boundaries: list[tuple[tuple[str, Field], Tensor, Face | None]] = [
        (piece, on_face(inside, face), face) for face, piece in pieces.faces.items()
    ]
    if pieces.curved is not None:
        at = sample_boundary(domain, _COMPARED_POINTS, "sobol", generator)
        boundaries.append((pieces.curved, at.points, None))
    for part, piece in pieces.parts.items():
        parts = sample_parts(domain, part, _COMPARED_POINTS, "sobol", generator)
        boundaries.append((piece, parts.points, None))
    for piece, points, flat in boundaries:
        if pieces.initial is not None:
            sizes = _size(piece[1], points), _size(pieces.initial[1], at_start)
            place = at_time(points, pieces.time)
            time = domain.dimension - 1
            meeting = None
            if flat is not None:
                meeting = Meeting((flat.axis, time), (flat.value, pieces.time))
            compare(piece, pieces.initial, place, sizes, face=flat, meeting=meeting)
        if pieces.velocity is not None:
            rate = (piece[0], _slope_of(piece[1]))
            sizes = _size(rate[1], points), _size(pieces.velocity[1], at_start)
            compare(rate, pieces.velocity, at_time(points, pieces.time), sizes, "velocities")
    for axis, name in periodic.items():
        low, high = domain.bounds[axis]
        placed = [(piece, on_face(inside, face)) for face, piece in pieces.faces.items()]
        placed += [(p, at_start) for p in (pieces.initial, pieces.velocity) if p is not None]
        for piece, points in placed:
            ends = (name, _shifted(piece[1], axis, low))
            other_ends = (piece[0], _shifted(piece[1], axis, high))
            compare(ends, other_ends, inside, (_size(piece[1], points),), "values at both ends")
    return conflicts


def find_jumps(pieces: Pieces, domain: Domain) -> list[str]:
    """Compare the values of any two parts of the boundary where these meet.

    Args:
        pieces: The data of an unknown.
        domain: Where.

    Returns:
        A line for each two that disagree: they hold on both sides of such a vertex.
    """
    found: list[str] = []
    pairs = list(pieces.parts.items())
    for number, (names, (term, values)) in enumerate(pairs):
        for others, (other, other_values) in pairs[:number]:
            points = meeting_points(domain, names, others)
            if len(points) == 0:
                continue
            first, second = other_values(points), values(points)
            some = meeting_points(domain, names, names), meeting_points(domain, others, others)
            size = max(_size(values, some[0]), _size(other_values, some[1]))
            worst = int((first - second).abs().argmax())
            if float((first - second).abs()[worst]) > _AGREEMENT * size:
                place = ", ".join(f"{value:g}" for value in points[worst].tolist())
                found.append(
                    f"{other} and {term} jump where they meet at ({place}), from "
                    f"{float(first[worst]):g} to {float(second[worst]):g}; both hold beside it, "
                    "and equations count for little there"
                )
    return found


def _size(values: Field, points: Tensor) -> float:
    """How large data are where they are given, beside which rounding is no conflict."""
    return float(values(points).abs().max())


def _slope_of(values: Field) -> Field:
    return lambda points: slope(values, points)


def _shifted(values: Field, axis: int, end: float) -> Field:
    return lambda points: values(on_face(points, Face(axis, end, 1)))
