"""What conditions say of slopes across flat faces, and which of it can hold by construction."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Literal

from torch import Generator

from pinn_metakan.ansatz.hard.flux import Flux
from pinn_metakan.ansatz.hard.orders import orders_along
from pinn_metakan.ansatz.hard.pieces import Pieces, as_field
from pinn_metakan.ansatz.hard.transfinite import on_face
from pinn_metakan.errors import ProblemError
from pinn_metakan.geometry.domain import Face
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.boundary_part import face_names
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.user_code import told_failures

#: Which hold by construction: all that can, those of faces that have values too, or none.
Fluxes = Literal["hard", "clamps", "soft"]
#: Points of a face that show the signs of coefficients (docs/decisions/0033-hard-fluxes.md).
_COMPARED_POINTS = 64


def collect_fluxes(formulation: Formulation, unknown: str) -> dict[Face, Flux]:
    """Gather what is said of the slope of an unknown on flat faces, the first on each.

    Args:
        formulation: The problem.
        unknown: Whose slopes.

    Returns:
        What is said, by face.

    Raises:
        ProblemError: If a condition speaks of a term that it does not have.
    """
    found: dict[Face, Flux] = {}
    for _, _, faces, flux in _offered(formulation, unknown):
        for face in faces:
            found.setdefault(face, flux)
    return found


def add_hard_fluxes(
    formulation: Formulation,
    unknown: str,
    pieces: Pieces,
    periodic: Collection[int],
    is_network_bound: bool,
) -> list[str]:
    """Add the fluxes that can hold by construction, whole conditions at a time.

    Args:
        formulation: The problem.
        unknown: Whose fluxes.
        pieces: Its other data, which fluxes are added to.
        periodic: Columns that are periodic.
        is_network_bound: Whether the network may be kept from having slopes; otherwise only faces
            that have values are taken.

    Returns:
        Notes on what stays soft.

    Raises:
        ProblemError: If a condition speaks of a term that it does not have.
    """
    notes = []
    for name, condition, faces, flux in _offered(formulation, unknown):
        found: dict[Face, Flux] = {}
        if not (is_network_bound or (faces and set(faces) <= set(pieces.faces))):
            continue
        reason = _why_soft(formulation, unknown, pieces, periodic, condition, faces)
        for face in faces:
            if not reason:
                found[face], reason = _checked(formulation, pieces, flux, face)
        if reason:
            notes.append(f"{name}: {reason}; stays soft")
        else:
            pieces.fluxes.update(found)
    return notes


def _offered(
    formulation: Formulation, unknown: str
) -> Iterator[tuple[str, Condition, tuple[Face, ...], Flux]]:
    """The name of a condition, the condition, its faces, and what it says of the slope there."""
    variables, domain = formulation.variables, formulation.domain
    for name, condition in formulation.problem.conditions.items():
        label = f"{formulation.problem.origin.label}: condition {name!r}"
        with told_failures(f"{label}: its flux_data failed"):
            offers = list(condition.flux_data(variables))
            offers = [] if formulation.conditions[name].numbers else offers
            faces = condition.place.faces(variables, domain) if offers else ()
        terms = formulation.conditions[name].terms
        for offer in offers:
            term = f"{name}_{offer.term or offer.unknown}"
            if term not in terms:
                known = ", ".join(t.removeprefix(f"{name}_") for t in terms)
                raise ProblemError(
                    f"{label}: its flux_data name the term {offer.term or offer.unknown!r}, its "
                    f"residual has {known}"
                )
            if offer.unknown == unknown:
                parts = (offer.a, offer.b, offer.c)
                a, b, c = (as_field(part, variables, label, None) for part in parts)
                yield name, condition, faces, Flux(term, a, b, c)


def _why_soft(
    formulation: Formulation,
    unknown: str,
    pieces: Pieces,
    periodic: Collection[int],
    condition: Condition,
    faces: Collection[Face],
) -> str:
    """Say why a flux through faces cannot hold by construction; empty if it can."""
    domain, variables = formulation.domain, formulation.variables
    if not domain.is_bounded_by_faces or not faces:
        space = type(domain.space).__name__
        return condition.place.why_soft or f"{space} has no opposite faces that bound it"
    if any(face.axis in periodic for face in faces):
        return "its part of the boundary is periodic"
    if any(face in pieces.fluxes for face in faces):
        return "its part of the boundary has a slope already"
    number = variables.unknowns.index(unknown)
    orders = orders_along([formulation.equations], number, variables.dimension)
    for axis in sorted({face.axis for face in faces}):
        taken = [face for face in (*pieces.faces, *pieces.fluxes, *faces) if face.axis == axis]
        if len(taken) > orders[axis]:
            coordinate = variables.column_names()[axis]
            return (
                f"{unknown} has {len(taken)} conditions along {coordinate}, in equations of order "
                f"{orders[axis]}"
            )
    return ""


def _checked(formulation: Formulation, pieces: Pieces, flux: Flux, face: Face) -> tuple[Flux, str]:
    """A flux through a face as it can be met, and why it cannot, which is empty if it can."""
    domain = formulation.domain
    inside = sample_interior(domain, _COMPARED_POINTS, "sobol", Generator().manual_seed(0)).points
    at = on_face(inside, face)
    b, ratio = flux.b(at), flux.ratio(face)(at)
    place = face_names(formulation.variables, domain).get(face, "its face")
    if not bool((b > 0).all() | (b < 0).all()):
        return flux, f"what multiplies du/dn vanishes or changes sign on {place}"
    if face in pieces.faces:
        return flux.with_value(pieces.faces[face][1], face), ""
    if not bool((ratio >= 0).all() | (ratio <= 0).all()):
        return flux, f"the ratio of what multiplies u and du/dn changes sign on {place}"
    return replace(flux, is_rising=bool((ratio >= 0).all())), ""
