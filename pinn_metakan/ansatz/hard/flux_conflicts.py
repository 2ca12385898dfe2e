r"""Slopes that are not those of other data where a face meets them.

With :math:`\partial_k u + \alpha_k u = \gamma_k` on the face k, normals outward, other data satisfy
the same where they meet it. Two such faces meet where the mixed derivative is one number,

.. math:: \partial_k \gamma_l + \alpha_k \gamma_l = \partial_l \gamma_k + \alpha_l \gamma_k,
    \qquad \partial_k \alpha_l = \partial_l \alpha_k = 0.

The last is more than a solution needs, but what the construction does.
"""

from collections.abc import Collection
from dataclasses import dataclass

from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.flux import Flux
from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.transfinite import Field, at_time, on_face, slope, start_from
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.boundary_part import face_names
from pinn_metakan.pde.corner_weights import Meeting

# All three: docs/decisions/0033-hard-fluxes.md.
#: Slopes that differ by more than this, relative to their size, contradict each other.
_AGREEMENT = 1e-6
#: The size of a slope that counts as none, in parts of the value over the length of the domain.
_LEAST_SIZE = 1e-2
#: Where they are compared: this many points of each intersection.
_COMPARED_POINTS = 64


@dataclass(frozen=True)
class FluxConflict:
    """A flux that other data contradict.

    Args:
        terms: The residual terms that become soft.
        line: What disagrees and where, for the user.
        meeting: Where the planes meet that have the data, if no field has both there.
    """

    terms: frozenset[str]
    line: str
    meeting: Meeting | None


def find_flux_conflicts(
    pieces: Pieces,
    variables: Variables,
    domain: Domain,
    periodic: Collection[int],
    layered: Collection[Face],
) -> list[FluxConflict]:
    """Compare fluxes with all data that they meet.

    Args:
        pieces: The data.
        variables: The names.
        domain: The domain.
        periodic: Columns that are periodic.
        layered: Faces along which a layer takes the slope that the start does not have.

    Returns:
        The conflicts.
    """
    found: list[FluxConflict] = []
    comparison = _Comparison(pieces, variables, domain)
    for face, flux in pieces.fluxes.items():
        for other, piece in pieces.faces.items():
            if other.axis != face.axis:
                found += comparison.with_face(face, flux, other, piece)
        if pieces.initial is not None and not (face in layered and not flux.has_ratio):
            found += comparison.with_start(face, flux, face in layered)
        for other, other_flux in pieces.fluxes.items():
            if other.axis > face.axis:
                found += comparison.with_flux(face, flux, other, other_flux)
        for axis in sorted(set(periodic) - {face.axis}):
            found += comparison.at_both_ends(face, flux, axis)
    return found


class _Comparison:
    """Points of a domain and what data are there.

    Args:
        pieces: The data.
        variables: The names.
        domain: The domain.
    """

    def __init__(self, pieces: Pieces, variables: Variables, domain: Domain):
        self._pieces, self._domain = pieces, domain
        self._names = face_names(variables, domain)
        generator = Generator().manual_seed(0)
        self._inside = sample_interior(domain, _COMPARED_POINTS, "sobol", generator).points

    def with_face(
        self, face: Face, flux: Flux, other: Face, piece: tuple[str, Field]
    ) -> list[FluxConflict]:
        """Compare a flux with the values of a face that it meets."""
        term, values = piece
        corner = on_face(on_face(self._inside, face), other)
        there = on_face(self._inside, other)
        least = _LEAST_SIZE / self._length(face) * values(there)
        sizes = _largest(slope(values, there, face.axis), flux.slope(face)(self._inside), least)
        lacking = flux.missing(values, corner, face)
        meeting = Meeting((face.axis, other.axis), (face.value, other.value))
        whose = f"slope than {term} has"
        return _disagreeing(flux, lacking, sizes, corner, whose, meeting)

    def with_start(self, face: Face, flux: Flux, has_layer: bool) -> list[FluxConflict]:
        """Compare a flux with the data at the start, and its rate with the velocities."""
        pieces = self._pieces
        assert pieces.initial is not None
        term, values = pieces.initial
        time = pieces.time
        at = at_time(on_face(self._inside, face), time)
        meeting = Meeting((face.axis, self._domain.dimension - 1), (face.value, time))
        inside = at_time(self._inside, time)
        least = _LEAST_SIZE / self._length(face) * values(inside)
        sizes = _largest(slope(values, inside, face.axis), flux.slope(face)(at), least)
        lacking = flux.missing(values, at, face)
        place = None if has_layer else meeting
        found = _disagreeing(flux, lacking, sizes, at, f"slope than {term} has", place)
        if pieces.velocity is None or found:
            return found
        velocity, rates = pieces.velocity
        extended = start_from(values, rates, time)

        def lacking_then(points: Tensor) -> Tensor:
            return flux.missing(extended, on_face(points, face), face)

        least = _LEAST_SIZE / self._length(face) * rates(inside)
        sizes = _largest(slope(rates, inside, face.axis), slope(flux.slope(face), at), least)
        rate = slope(lacking_then, at)
        whose = f"rate of the slope than {velocity} has"
        return _disagreeing(flux, rate, sizes, at, whose, meeting)

    def with_flux(self, face: Face, flux: Flux, other: Face, beside: Flux) -> list[FluxConflict]:
        """Compare the mixed derivatives that two fluxes ask for where they meet."""
        corner = on_face(on_face(self._inside, face), other)
        first = flux.ratio(face), flux.slope(face)
        second = beside.ratio(other), beside.slope(other)
        terms = frozenset({flux.term, beside.term})
        where = (
            f"where {self._names.get(face, face.axis)} meets {self._names.get(other, other.axis)}"
        )
        both = f"{flux.term} and {beside.term}"
        turns = [
            slope(ratio, corner, along.axis).abs().max() * abs(self._length(along))
            for (ratio, _), along in ((first, other), (second, face))
        ]
        ratios = _largest(first[0](corner), second[0](corner))
        if float(max(turns)) > _AGREEMENT * ratios:
            return [FluxConflict(terms, f"{both} have ratios that vary {where}", None)]
        mixed = [
            along.sign * slope(given, corner, along.axis) + ratio(corner) * given(corner)
            for (_, given), (ratio, _), along in ((first, second, other), (second, first, face))
        ]
        given = [
            slope(field, on_face(self._inside, at), along.axis)
            for (_, field), at, along in ((first, face, other), (second, other, face))
        ]
        sizes = _largest(
            *given,
            *(
                ratio(corner) * g(corner)
                for (_, g), (ratio, _) in ((first, second), (second, first))
            ),
        )
        if float((mixed[0] - mixed[1]).abs().max()) <= _AGREEMENT * sizes:
            return []
        return [FluxConflict(terms, f"{both} ask for other mixed derivatives {where}", None)]

    def at_both_ends(self, face: Face, flux: Flux, axis: int) -> list[FluxConflict]:
        """Compare a flux at both ends of a periodic coordinate."""
        low, high = (on_face(self._inside, Face(axis, end, 1)) for end in self._domain.bounds[axis])
        for given in (flux.slope(face), flux.ratio(face)):
            size = _largest(given(self._inside))
            if float((given(low) - given(high)).abs().max()) > _AGREEMENT * size:
                line = f"{flux.term} is not the same at both ends of a periodic coordinate"
                return [FluxConflict(frozenset({flux.term}), line, None)]
        return []

    def _length(self, face: Face) -> float:
        low, high = self._domain.bounds[face.axis]
        return high - low


def _largest(*values: Tensor) -> float:
    return max(float(value.abs().max()) for value in values)


def _disagreeing(
    flux: Flux, lacking: Tensor, size: float, at: Tensor, whose: str, meeting: Meeting | None
) -> list[FluxConflict]:
    """The conflict of a flux with data that lack some slope (N,) at points; none if they do not."""
    worst = int(lacking.abs().argmax())
    if float(lacking.abs()[worst]) <= _AGREEMENT * size:
        return []
    place = ", ".join(f"{value:g}" for value in at[worst].tolist())
    line = f"{flux.term} at ({place}) asks for another {whose}, by {float(lacking[worst]):g}"
    return [FluxConflict(frozenset({flux.term}), line, meeting)]
