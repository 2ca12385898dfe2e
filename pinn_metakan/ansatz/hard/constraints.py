"""Hard constraints u = g + B N, built from the declared Dirichlet, initial and periodic conditions.

g takes all the data; B vanishes to first order at each Dirichlet face and like t at the start, or
like t^2 where a velocity is given; the same at the last time, where the first has no data.
Conditions whose data disagree where they meet become soft.

How many axes are blended, and why: docs/decisions/0006-hard-conditions.md.

Source: Lagaris, Likas, Fotiadis, IEEE Trans. Neural Netw. 9 (1998) 987-1000; Sukumar, Srivastava,
Comput. Methods Appl. Mech. Engrg. 389 (2022) 114333.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.conflicts import find_conflicts
from pinn_metakan.ansatz.hard.factors import (
    boundary_factor,
    face_factor,
    product,
    time_factor,
)
from pinn_metakan.ansatz.hard.pieces import Pieces, collect_pieces, periodic_axes
from pinn_metakan.ansatz.hard.smoothness import find_rough
from pinn_metakan.ansatz.hard.transfinite import (
    Field,
    Number,
    add_faces,
    curved_with_start,
    on_face,
    start_from,
    zero,
)
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.formulation import Formulation

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


@dataclass(frozen=True)
class HardConstraints:
    """What is satisfied by construction.

    Args:
        constraints: One for each unknown.
        periodic: Columns of the coordinates that are wrapped.
        satisfied: Names of residual terms that are zero by construction.
        notes: Lines for the user: which conditions stay soft, and why.
        rough: Those of them on data that are less smooth than the equations need, the what alone.
        contradictions: Those on data that disagree where conditions meet, likewise.
    """

    constraints: tuple[Constraint, ...]
    periodic: frozenset[int]
    satisfied: frozenset[str]
    notes: tuple[str, ...] = ()
    rough: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()


def no_constraints(formulation: Formulation) -> HardConstraints:
    """Leave all conditions soft."""
    free = tuple(Constraint(None, None) for _ in formulation.variables.unknowns)
    return HardConstraints(free, frozenset(), frozenset())


def build_constraints(formulation: Formulation) -> HardConstraints:
    """Make as many conditions hard as possible.

    Args:
        formulation: The problem.

    Returns:
        The constraints, what they satisfy, and notes on what stays soft.
    """
    variables, domain = formulation.variables, formulation.domain
    notes: list[str] = []
    rough_data: list[str] = []
    contradictions: list[str] = []
    periodic = periodic_axes(formulation)
    constraints, satisfied = [], set()
    for number, unknown in enumerate(variables.unknowns):
        pieces, doubles = collect_pieces(formulation, unknown, set(periodic))
        notes += doubles
        rough, lines = find_rough(formulation, number, pieces, periodic)
        rough_data += lines
        notes += [f"{line}; it stays soft" for line in lines]
        pieces = pieces.without(rough)
        conflicts, lines = find_conflicts(pieces, variables, domain, periodic)
        contradictions += lines
        notes += [f"{line}; both become soft" for line in lines]
        pieces = pieces.without(conflicts)
        periodic = {axis: name for axis, name in periodic.items() if name not in conflicts}
        crowd = _too_many_axes(pieces, domain)
        if crowd:
            axes = len({face.axis for face in pieces.faces})
            notes.append(f"{unknown}: data that vary on {axes} axes stay soft: {', '.join(crowd)}")
            pieces = pieces.without(crowd)
        constraints.append(_constraint(pieces, domain))
        satisfied |= pieces.terms()
    for name in periodic.values():
        satisfied |= set(formulation.conditions[name].terms)
    return HardConstraints(
        tuple(constraints),
        frozenset(periodic),
        frozenset(satisfied),
        tuple(notes),
        tuple(rough_data),
        tuple(contradictions),
    )


def _too_many_axes(pieces: Pieces, domain: Domain) -> set[str]:
    axes = {face.axis for face in pieces.faces}
    if len(axes) <= _MAX_BLENDED_AXES or _all_data_equal(pieces, domain) is not None:
        return set()
    return {term for term, _ in pieces.faces.values()}


def _all_data_equal(pieces: Pieces, domain: Domain) -> float | None:
    """The one number that all face data are, if there is no start; None otherwise."""
    if pieces.initial is not None:
        return None
    points = sample_interior(domain, _COMPARED_POINTS, "sobol", Generator().manual_seed(0)).points
    values = torch.stack([data(on_face(points, face)) for face, (_, data) in pieces.faces.items()])
    return float(values[0, 0]) if bool((values == values[0, 0]).all()) else None


def _constraint(pieces: Pieces, domain: Domain) -> Constraint:
    time = pieces.time
    initial = pieces.initial[1] if pieces.initial else None
    velocity = pieces.velocity[1] if pieces.velocity else None
    data: Field | None = None
    if pieces.curved is not None:
        data = curved_with_start(pieces.curved[1], initial, velocity, time)
    elif pieces.faces:
        constant = _all_data_equal(pieces, domain)
        if constant is not None:
            data = None if constant == 0 else Number(constant)
        else:
            field = zero if initial is None else start_from(initial, velocity, time)
            data = add_faces(field, {face: d for face, (_, d) in pieces.faces.items()}, domain)
    elif initial is not None:
        data = start_from(initial, velocity, time)
    factors: list[Field | None] = []
    if pieces.faces:
        factors.append(face_factor(domain, pieces.faces))
    if pieces.curved is not None:
        factors.append(boundary_factor(domain))
    if initial is not None:
        first, last = domain.bounds[-1]
        other = last if time == first else first
        factors.append(time_factor(time, other, 1 if velocity is None else 2))
    known = [factor for factor in factors if factor is not None]
    assert len(known) == len(factors)  # other data are no pieces
    return Constraint(data, product(known) if known else None)
