"""The data of one unknown that can be satisfied by construction."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from pinn_metakan.ansatz.hard.factors import boundary_factor, face_factor, part_factor
from pinn_metakan.ansatz.hard.flux import Flux
from pinn_metakan.ansatz.hard.part_data import overlap
from pinn_metakan.ansatz.hard.transfinite import Field, Number
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Domain, Face
from pinn_metakan.pde.condition import Condition, Place
from pinn_metakan.pde.data import Data, arguments_at, arguments_in_space, evaluate_data
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.user_code import told_failures


@dataclass
class Pieces:
    """The data of one unknown that can be made hard; values are (name of the term, data).

    Args:
        faces: Data on flat faces.
        curved: Data on the whole boundary of another domain.
        parts: Data on parts of the boundary of another domain, by the names of these parts.
        initial: Data at a time.
        velocity: Derivatives in time there.
        time: That time, the first or the last one; where time is the only coordinate, its end.
        fluxes: Slopes through flat faces, or mixtures of value and slope; slopes alone on faces
            that have values.
    """

    faces: dict[Face, tuple[str, Field]] = field(default_factory=dict)
    curved: tuple[str, Field] | None = None
    parts: dict[tuple[str, ...], tuple[str, Field]] = field(default_factory=dict)
    initial: tuple[str, Field] | None = None
    velocity: tuple[str, Field] | None = None
    time: float = 0.0
    fluxes: dict[Face, Flux] = field(default_factory=dict)

    def terms(self) -> set[str]:
        """Name the residual terms that the data satisfy."""
        on_boundary = [*self.faces.values(), *self.parts.values(), self.curved]
        pieces = [*on_boundary, self.initial, self.velocity]
        fluxes = {flux.term for flux in self.fluxes.values()}
        return {piece[0] for piece in pieces if piece is not None} | fluxes

    def valued_parts(self, domain: Domain) -> set[str]:
        """Name the parts of the boundary of a domain where values hold by construction."""
        named = {name for names in self.parts for name in names}
        return named if self.curved is None else named | set(domain.parts)

    def add_at_time(
        self, key: str, piece: tuple[str, Field], is_velocity: bool, time: float
    ) -> str:
        """Add data at a time; say why they stay soft, empty if they do not."""
        has_data = self.initial is not None or self.velocity is not None
        if has_data and time != self.time:
            return f"{key} has data at the first time already; stays soft"
        if (self.velocity if is_velocity else self.initial) is not None:
            return f"{key} has an initial condition already; stays soft"
        self.time = time
        if is_velocity:
            self.velocity = piece
        else:
            self.initial = piece
        return ""

    def without(self, terms: set[str]) -> "Pieces":
        """Leave out the data of some terms, and what rests on them: velocities, slopes of faces."""

        def kept(piece: tuple[str, Field] | None) -> tuple[str, Field] | None:
            return None if piece is None or piece[0] in terms else piece

        initial = kept(self.initial)
        velocity = kept(self.velocity) if initial else None  # t^2 alone would fix nothing
        faces = {face: piece for face, piece in self.faces.items() if piece[0] not in terms}
        left = self.faces.keys() - faces.keys()
        gone = terms | {flux.term for face, flux in self.fluxes.items() if face in left}
        fluxes = {face: flux for face, flux in self.fluxes.items() if flux.term not in gone}
        parts = {names: piece for names, piece in self.parts.items() if piece[0] not in terms}
        return Pieces(faces, kept(self.curved), parts, initial, velocity, self.time, fluxes)


def periodic_axes(formulation: Formulation) -> dict[int, str]:
    """Find the columns that are periodic, and the name of the condition that says so."""
    found: dict[int, str] = {}
    for name, condition in formulation.problem.conditions.items():
        with told_failures(f"{formulation.problem.origin.label}: condition {name!r} failed"):
            axis = condition.periodic_axis(formulation.variables)
        if axis is not None:
            found[axis] = name
    return found


def collect_pieces(
    formulation: Formulation, unknown: str, periodic: set[int]
) -> tuple[Pieces, list[str]]:
    """Gather the data of an unknown that lie on flat faces, on the boundary, or at a time.

    Args:
        formulation: The problem.
        unknown: Whose data.
        periodic: Columns that are periodic.

    Returns:
        The data, and notes on what stays soft.

    Raises:
        ProblemError: If a condition offers data for a term that it does not have.
    """
    pieces = Pieces()
    notes: list[str] = []
    for name, condition in _in_order(formulation):
        label = f"{formulation.problem.origin.label}: condition {name!r}"
        with told_failures(f"{label}: its hard_data failed"):
            offers = list(condition.hard_data(formulation.variables))
        terms = formulation.conditions[name].terms
        if offers and formulation.conditions[name].numbers:
            if any(offer.unknown == unknown for offer in offers):
                notes.append(f"{name}: it depends on unknown numbers; stays soft")
            continue
        for offer in offers:
            key = offer.term or offer.unknown
            if f"{name}_{key}" not in terms:
                known = ", ".join(term.removeprefix(f"{name}_") for term in terms)
                raise ProblemError(
                    f"{label}: its hard_data name the term {key!r}, its residual has {known}"
                )
            if offer.unknown == unknown:
                time = _time(condition.place, formulation.domain)
                data = as_field(offer.data, formulation.variables, label, time)
                piece = (f"{name}_{key}", data)
                if time is None:
                    note = _add_on_boundary(pieces, piece, condition.place, formulation, periodic)
                elif formulation.variables.evolution_axis in periodic:
                    note = "its coordinate is periodic; stays soft"
                else:
                    note = pieces.add_at_time(key, piece, offer.is_velocity, time)
                notes += [f"{name}: {note}"] if note else []
    if pieces.velocity is not None and pieces.initial is None:
        notes.append(f"{unknown}: a velocity without an initial value stays soft")
    return pieces.without(set()), notes


def _in_order(formulation: Formulation) -> list[tuple[str, Condition]]:
    """The conditions: first those at the first time, then at the last one, which give way."""
    conditions = formulation.problem.conditions.items()
    return sorted(
        conditions, key=lambda c: (not c[1].place.is_first_time, not c[1].place.is_last_time)
    )


def _time(place: Place, domain: Domain) -> float | None:
    """The time of a place; None if it is none at a time."""
    if place.is_first_time or place.is_last_time:
        return domain.bounds[-1][place.is_last_time]
    return None


def _add_on_boundary(
    pieces: Pieces,
    piece: tuple[str, Field],
    place: Place,
    formulation: Formulation,
    periodic: set[int],
) -> str:
    """Add data that lie on the boundary; say why they stay soft, empty if they do not."""
    domain = formulation.domain
    faces = place.faces(formulation.variables, domain)
    parts = () if faces else place.parts(formulation.variables, domain)
    is_taken = any(face in pieces.faces or face.axis in periodic for face in faces)
    is_taken |= domain.dimension == 1 and pieces.initial is not None  # on the same coordinate
    is_taken |= place.is_whole_boundary and not faces and bool(pieces.faces or pieces.parts)
    is_taken |= any(overlap(domain, parts, others) for others in pieces.parts)
    if is_taken or pieces.curved:
        return "its part of the boundary has a condition already; stays soft"
    if faces and face_factor(domain, {*pieces.faces, *faces}) is not None:
        pieces.faces.update(dict.fromkeys(faces, piece))
    elif place.is_whole_boundary and boundary_factor(domain) is not None:
        pieces.curved = piece
    elif parts and pieces.faces:
        return "a flat face has a condition already, with which it cannot be joined; stays soft"
    elif parts and part_factor(domain, parts) is not None:
        pieces.parts[parts] = piece
    elif faces or parts:
        what = "face" if faces else "part of the boundary"
        return f"no factor is known that vanishes on its {what}; stays soft"
    elif place.is_whole_boundary:
        return (
            f"{type(domain.space).__name__} has no factor that vanishes on its boundary; stays soft"
        )
    elif place.why_soft:
        return f"{place.why_soft}; stays soft"
    return ""


def as_field(data: Data, variables: Variables, label: str, time: float | None) -> Field:
    """Turn data into a field.

    Args:
        data: A number or a function.
        variables: The names.
        label: What they are called in messages.
        time: When they are given, and functions of space alone; None for functions of all
            coordinates.

    Returns:
        The field.
    """
    if not callable(data):
        return Number(float(data))
    if time is not None and variables.dimension == 1:  # there is no space to vary in
        at = torch.tensor([[time]], dtype=torch.float64)
        return Number(float(evaluate_data(data, arguments_at(variables, at), label)))

    def values(points: Tensor) -> Tensor:
        split = arguments_at if time is None else arguments_in_space
        return evaluate_data(data, split(variables, points), label)

    return values
