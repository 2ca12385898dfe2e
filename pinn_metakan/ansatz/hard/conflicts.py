"""Data that disagree where two conditions meet, such as a wall that is not at its initial value."""

from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.transfinite import Field, on_face, time_slope
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sampling import sample_boundary, sample_interior
from pinn_metakan.pde.boundary_part import face_names

#: Data that differ by more than this, relative to their size, contradict each other
#: (docs/decisions/0006-hard-conditions.md).
_AGREEMENT = 1e-6
#: Where data are compared: this many points of each intersection.
_COMPARED_POINTS = 64


def find_conflicts(
    pieces: Pieces, variables: Variables, domain: Domain, periodic: dict[int, str]
) -> tuple[set[str], list[str]]:
    """Compare the data of any two conditions where they meet; name the terms that contradict."""
    generator = Generator().manual_seed(0)
    conflicts: set[str] = set()
    notes: list[str] = []

    def compare(
        a: tuple[str, Field],
        b: tuple[str, Field],
        points: Tensor,
        sizes: tuple[float, ...],
        what: str = "values",
    ) -> None:
        first, second = a[1](points), b[1](points)
        size = max(*sizes, float(first.abs().max()), float(second.abs().max()))
        worst = int((first - second).abs().argmax())
        if float((first - second).abs()[worst]) > _AGREEMENT * size:
            place = ", ".join(f"{value:g}" for value in points[worst].tolist())
            notes.append(
                f"{a[0]} and {b[0]} contradict each other: their {what} at ({place}) are "
                f"{float(first[worst]):g} and {float(second[worst]):g}"
            )
            conflicts.update({a[0], b[0]})

    def start_of(points: Tensor) -> Tensor:
        points = points.clone()
        points[:, -1] = pieces.time
        return points

    inside = sample_interior(domain, _COMPARED_POINTS, "sobol", generator).points
    at_start = start_of(inside)
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
                compare(piece, other_piece, corner, sizes, what)
    boundaries = [(piece, on_face(inside, face)) for face, piece in pieces.faces.items()]
    if pieces.curved is not None:
        at = sample_boundary(domain, _COMPARED_POINTS, "sobol", generator)
        boundaries.append((pieces.curved, at.points))
    for piece, points in boundaries:
        if pieces.initial is not None:
            sizes = _size(piece[1], points), _size(pieces.initial[1], at_start)
            compare(piece, pieces.initial, start_of(points), sizes)
        if pieces.velocity is not None:
            slope = (piece[0], _slope_of(piece[1]))
            sizes = _size(slope[1], points), _size(pieces.velocity[1], at_start)
            compare(slope, pieces.velocity, start_of(points), sizes, "velocities")
    for axis, name in periodic.items():
        low, high = domain.bounds[axis]
        placed = [(piece, on_face(inside, face)) for face, piece in pieces.faces.items()]
        placed += [(p, at_start) for p in (pieces.initial, pieces.velocity) if p is not None]
        for piece, points in placed:
            ends = (name, _shifted(piece[1], axis, low))
            other_ends = (piece[0], _shifted(piece[1], axis, high))
            compare(ends, other_ends, inside, (_size(piece[1], points),), "values at both ends")
    return conflicts, notes


def _size(values: Field, points: Tensor) -> float:
    """How large data are where they are given, beside which rounding is no conflict."""
    return float(values(points).abs().max())


def _slope_of(values: Field) -> Field:
    return lambda points: time_slope(values, points)


def _shifted(values: Field, axis: int, end: float) -> Field:
    return lambda points: values(on_face(points, Face(axis, end, 1)))
