"""The constraint u = g + B N of one unknown, from the data that hold by construction."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.factors import (
    boundary_factor,
    face_factor,
    part_factor,
    product,
    time_factor,
)
from pinn_metakan.ansatz.hard.flux_factors import flux_factors
from pinn_metakan.ansatz.hard.layered import Layers
from pinn_metakan.ansatz.hard.layers import add_step_layers
from pinn_metakan.ansatz.hard.lifting import add_fluxes
from pinn_metakan.ansatz.hard.part_data import blended
from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.transfinite import (
    Field,
    Number,
    add_faces,
    curved_with_start,
    is_number,
    on_face,
    start_from,
    summed,
    zero,
)
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import sample_interior

# Both: docs/decisions/0006-hard-conditions.md.
#: Transfinite interpolation of data that vary takes 3^axes evaluations; beyond this it is not done.
_MAX_BLENDED_AXES = 4
#: How many points show whether data are constant.
_COMPARED_POINTS = 64


@dataclass(frozen=True)
class Constraint:
    """u = g + B N for one unknown.

    Args:
        data: g, takes points (N, d), gives (N,); None for zero.
        factor: B, likewise; None for one.
    """

    data: Field | None
    factor: Field | None

    def apply(self, points: Tensor, output: Tensor) -> Tensor:
        """Turn the network's output (N,) into the field (N,)."""
        if self.factor is not None:
            output = self.factor(points) * output
        return output if self.data is None else self.data(points) + output


def too_many_axes(pieces: Pieces, domain: Domain) -> tuple[set[int], set[str]]:
    """Find the axes along which data vary, and the terms of their data, where they are too many.

    Args:
        pieces: The data of an unknown.
        domain: Where.

    Returns:
        Columns and names of terms; none where there are few axes.
    """
    is_constant = pieces.initial is None
    is_constant &= not pieces.faces or _all_data_equal(pieces, domain) is not None
    axes = set() if is_constant else {face.axis for face in pieces.faces}
    if not (is_constant and all(flux.is_zero for flux in pieces.fluxes.values())):
        axes |= {face.axis for face in pieces.fluxes}
    if len(axes) <= _MAX_BLENDED_AXES:
        return set(), set()
    fluxes = {flux.term for flux in pieces.fluxes.values()}
    return axes, {term for term, _ in pieces.faces.values()} | fluxes


def _all_data_equal(pieces: Pieces, domain: Domain) -> float | None:
    """The one number that all face data are, if there is no start; None otherwise."""
    if pieces.initial is not None:
        return None
    points = sample_interior(domain, _COMPARED_POINTS, "sobol", Generator().manual_seed(0)).points
    values = torch.stack([data(on_face(points, face)) for face, (_, data) in pieces.faces.items()])
    return float(values[0, 0]) if bool((values == values[0, 0]).all()) else None


def constraint_of(pieces: Pieces, domain: Domain, layers: Layers) -> Constraint:
    """Build g and B.

    Args:
        pieces: The data that hold by construction; they agree where they meet.
        domain: Where.
        layers: What is added to them.

    Returns:
        The constraint.
    """
    time = pieces.time
    initial = pieces.initial[1] if pieces.initial else None
    velocity = pieces.velocity[1] if pieces.velocity else None
    if initial is not None:
        initial = summed([initial if layers.bent is None else layers.bent.smooth, *layers.start()])
    data: Field | None = None
    if pieces.curved is not None:
        data = curved_with_start(pieces.curved[1], initial, velocity, time)
    elif pieces.parts:
        on_parts = {names: values for names, (_, values) in pieces.parts.items()}
        data = curved_with_start(blended(on_parts, domain), initial, velocity, time)
    elif pieces.faces:
        constant = _all_data_equal(pieces, domain)
        if constant is not None:
            data = None if constant == 0 else Number(constant)
        else:
            extended = zero if initial is None else start_from(initial, velocity, time)
            on_faces = {face: values for face, (_, values) in pieces.faces.items()}
            extended = add_step_layers(extended, on_faces, layers.faces)
            data = add_faces(extended, on_faces, domain)
    elif initial is not None:
        data = start_from(initial, velocity, time)
    is_lifted = any(not flux.is_zero for flux in pieces.fluxes.values())
    if pieces.fluxes and (is_lifted or not (data is None or is_number(data))):
        data = add_fluxes(data or zero, pieces.fluxes, pieces.faces, domain)
    factors: list[Field | None] = [*flux_factors(pieces.faces, pieces.fluxes, domain)]
    across = {face.axis for face in pieces.fluxes}
    others = [face for face in pieces.faces if face.axis not in across]
    if others:
        factors.append(face_factor(domain, others))
    if pieces.curved is not None:
        factors.append(boundary_factor(domain))
    if pieces.parts:
        factors.append(part_factor(domain, [name for names in pieces.parts for name in names]))
    if initial is not None:
        first, last = domain.bounds[-1]
        other = last if time == first else first
        factors.append(time_factor(time, other, 1 if velocity is None else 2))
    known = [factor for factor in factors if factor is not None]
    assert len(known) == len(factors)  # other data are no pieces
    return Constraint(data, product(known) if known else None)
