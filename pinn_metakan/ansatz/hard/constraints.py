"""Hard constraints u = g + B N, built from the declared Dirichlet, initial and periodic conditions.

g takes all the data; B vanishes to first order at each Dirichlet face and like t at the start, or
like t^2 where a velocity is given; the same at the last time, where the first has no data.
Conditions whose data disagree where they meet become soft.

How many axes are blended, and why: docs/decisions/0006-hard-conditions.md.

Source: Lagaris, Likas, Fotiadis, IEEE Trans. Neural Netw. 9 (1998) 987-1000; Sukumar, Srivastava,
Comput. Methods Appl. Mech. Engrg. 389 (2022) 114333.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.bent_start import take_corners_out
from pinn_metakan.ansatz.hard.carried import carried_on
from pinn_metakan.ansatz.hard.conflicts import find_conflicts
from pinn_metakan.ansatz.hard.factors import (
    boundary_factor,
    face_factor,
    product,
    time_factor,
)
from pinn_metakan.ansatz.hard.layered import Layers, find_layers
from pinn_metakan.ansatz.hard.layers import add_step_layers
from pinn_metakan.ansatz.hard.pieces import Pieces, collect_pieces, periodic_axes
from pinn_metakan.ansatz.hard.seam_layer import seam_layer
from pinn_metakan.ansatz.hard.smoothness import find_rough
from pinn_metakan.ansatz.hard.step_layers import step_layers
from pinn_metakan.ansatz.hard.transfinite import (
    Field,
    Number,
    add_faces,
    curved_with_start,
    on_face,
    start_from,
    summed,
    zero,
)
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.corner_weights import Meeting
from pinn_metakan.pde.formulation import Formulation

#: Transfinite interpolation of data that vary takes 3^axes evaluations; beyond this it is not done.
_MAX_BLENDED_AXES = 4
#: What becomes of conditions that disagree: where they do not meet in planes, and where they do.
_CONSEQUENCES = (
    "both become soft",
    "both become soft, and count for nothing at that place",
)
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
        meetings: Where the data of a term disagree with others, by the names of terms.
        carried: Why the solution is not smooth, where equations carry jumps or kinks along.
    """

    constraints: tuple[Constraint, ...]
    periodic: frozenset[int]
    satisfied: frozenset[str]
    notes: tuple[str, ...] = ()
    rough: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    meetings: Mapping[str, tuple[Meeting, ...]] = field(default_factory=dict)
    carried: tuple[str, ...] = ()


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
    carried: list[str] = []
    periodic = periodic_axes(formulation)
    meetings: dict[str, list[Meeting]] = {}
    constraints, satisfied = [], set()
    names = variables.column_names()
    for number, unknown in enumerate(variables.unknowns):
        pieces, doubles = collect_pieces(formulation, unknown, set(periodic))
        notes += doubles
        seams = {axis: seam_layer(formulation, number, pieces, axis) for axis in periodic}
        joined = {axis: seam for axis, seam in seams.items() if seam is not None}
        others = {axis: name for axis, name in periodic.items() if axis not in joined}
        bent = take_corners_out(formulation, number, pieces)
        if bent is not None:
            smooth = replace(pieces, initial=(bent.term, bent.smooth))
            rough = find_rough(formulation, number, smooth, others, bent.size)
        if bent is None or bent.term in {data.term for data in rough}:
            bent = None
            rough = find_rough(formulation, number, pieces, others)
        rough_data += [data.line for data in rough]
        notes += [f"{data.line}; it stays soft" for data in rough]
        carried += carried_on(formulation, number, rough)
        pieces = pieces.without({data.term for data in rough})
        conflicts = find_conflicts(pieces, variables, domain, periodic)
        faces = step_layers(formulation, number, pieces, conflicts)
        unmet = [conflict for conflict in conflicts if conflict.face not in faces]
        soft = {term for conflict in unmet for term in conflict.terms}
        contradictions += [conflict.line for conflict in unmet]
        notes += [f"{conflict.line}; {_CONSEQUENCES[bool(conflict.meeting)]}" for conflict in unmet]
        for conflict in conflicts:
            if conflict.meeting is not None:
                for term in sorted(conflict.terms & soft):
                    meetings.setdefault(term, []).append(conflict.meeting)
        pieces = pieces.without(soft)
        periodic = {axis: name for axis, name in periodic.items() if name not in soft}
        crowd = _too_many_axes(pieces, domain)
        if crowd:
            axes = len({face.axis for face in pieces.faces})
            notes.append(f"{unknown}: data that vary on {axes} axes stay soft: {', '.join(crowd)}")
            pieces = pieces.without(crowd)
        layers = find_layers(formulation, number, pieces, bent, joined, faces, periodic)
        if pieces.initial is not None:
            notes += layers.notes(pieces.initial[0], conflicts, names)
        constraints.append(_constraint(pieces, domain, layers))
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
        {term: tuple(places) for term, places in meetings.items()},
        tuple(carried),
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


def _constraint(pieces: Pieces, domain: Domain, layers: Layers) -> Constraint:
    time = pieces.time
    initial = pieces.initial[1] if pieces.initial else None
    velocity = pieces.velocity[1] if pieces.velocity else None
    if initial is not None:
        initial = summed([initial if layers.bent is None else layers.bent.smooth, *layers.start()])
    data: Field | None = None
    if pieces.curved is not None:
        data = curved_with_start(pieces.curved[1], initial, velocity, time)
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
