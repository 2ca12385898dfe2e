"""Hard constraints u = g + B N, built from the conditions of a problem.

g takes all the data; B vanishes to first order at each Dirichlet face and like t at the start, or
like t^2 where a velocity is given; the same at the last time, where the first has no data. Where a
slope is given, or a u + b du/dn, g has it, N has no slope, and B fits
(docs/decisions/0033-hard-fluxes.md). Conditions whose data disagree where they meet become soft.

Source: Lagaris, Likas, Fotiadis, IEEE Trans. Neural Netw. 9 (1998) 987-1000; Sukumar, Srivastava,
Comput. Methods Appl. Mech. Engrg. 389 (2022) 114333.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pinn_metakan.ansatz.hard.bend_layers import bend_layers
from pinn_metakan.ansatz.hard.bent_start import BentStart, take_corners_out
from pinn_metakan.ansatz.hard.carried import carried_on
from pinn_metakan.ansatz.hard.conflicts import Conflict, find_conflicts, find_jumps
from pinn_metakan.ansatz.hard.constraint import Constraint, constraint_of, too_many_axes
from pinn_metakan.ansatz.hard.flux_conflicts import find_flux_conflicts
from pinn_metakan.ansatz.hard.fluxes import Fluxes, add_hard_fluxes
from pinn_metakan.ansatz.hard.layered import find_layers
from pinn_metakan.ansatz.hard.layers import Diffusion
from pinn_metakan.ansatz.hard.pieces import Pieces, collect_pieces, periodic_axes
from pinn_metakan.ansatz.hard.seam_layer import SeamLayer, seam_layer
from pinn_metakan.ansatz.hard.smoothness import find_rough
from pinn_metakan.ansatz.hard.step_layers import step_layers
from pinn_metakan.geometry.domain import Face
from pinn_metakan.pde.corner_weights import Meeting
from pinn_metakan.pde.formulation import Formulation

#: What becomes of conditions that disagree: where they do not meet in planes, and where they do.
_CONSEQUENCES = (
    "both become soft",
    "both become soft, and count for nothing at that place",
)


@dataclass(frozen=True)
class HardConstraints:
    """What is satisfied by construction.

    Args:
        constraints: One for each unknown.
        periodic: Columns of the coordinates that are wrapped.
        flat: Faces that no output of the network has a slope across.
        satisfied: Names of residual terms that are zero by construction.
        notes: Lines for the user: which conditions stay soft, and why.
        rough: Those of them on data that are less smooth than the equations need, the what alone.
        contradictions: Those on data that disagree where conditions meet, likewise.
        meetings: Where the data of a term disagree with others, by the names of terms.
        carried: Why the solution is not smooth, where equations carry jumps or kinks along.
        valued: Names of parts of the boundary where an unknown has its value by construction.
    """

    constraints: tuple[Constraint, ...]
    periodic: frozenset[int]
    flat: frozenset[Face]
    satisfied: frozenset[str]
    notes: tuple[str, ...] = ()
    rough: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    meetings: Mapping[str, tuple[Meeting, ...]] = field(default_factory=dict)
    carried: tuple[str, ...] = ()
    valued: frozenset[str] = frozenset()


def no_constraints(formulation: Formulation) -> HardConstraints:
    """Leave all conditions soft."""
    free = tuple(Constraint(None, None) for _ in formulation.variables.unknowns)
    return HardConstraints(free, frozenset(), frozenset(), frozenset())


def build_constraints(
    formulation: Formulation, fluxes: Fluxes = "soft", flat: frozenset[Face] | None = None
) -> HardConstraints:
    """Make as many conditions hard as possible.

    Args:
        formulation: The problem.
        fluxes: Which slopes, and mixtures of value and slope, may be.
        flat: The faces without values whose fluxes hold by construction, if that is known before:
            the parts of a problem have networks of the same inputs. None to find them.

    Returns:
        The constraints, what they satisfy, and notes on what stays soft.
    """
    building = _Building(formulation, flat)
    given = [building.take(number, fluxes) for number in range(building.count)]
    agreed = building.agree_on_flat_faces(given)
    constraints = tuple(building.constraint(one) for one in given)
    satisfied = {term for one in given for term in one.pieces.terms()}
    for name in building.periodic.values():
        satisfied |= set(formulation.conditions[name].terms)
    return HardConstraints(
        constraints,
        frozenset(building.periodic),
        agreed,
        frozenset(satisfied),
        tuple(building.notes),
        tuple(building.rough),
        tuple(building.contradictions),
        {term: tuple(places) for term, places in building.meetings.items()},
        tuple(building.carried),
        frozenset(name for one in given for name in one.pieces.valued_parts(formulation.domain)),
    )


@dataclass
class _Given:
    """What is given for one unknown.

    Args:
        number: Of the unknown.
        pieces: Its data that hold by construction.
        bent: Its data at the start without their steps and bends.
        seams: Layers of seams, by column.
        conflicts: Where its data disagree.
        walls: Layers along walls, by face.
    """

    number: int
    pieces: Pieces
    bent: BentStart | None
    seams: Mapping[int, SeamLayer]
    conflicts: Sequence[Conflict]
    walls: Mapping[Face, Diffusion]


class _Building:
    """What is found on the way from conditions to constraints.

    Args:
        formulation: The problem.
        flat: See `build_constraints`.
    """

    def __init__(self, formulation: Formulation, flat: frozenset[Face] | None):
        self._formulation, self._flat = formulation, flat
        self._domain, self._variables = formulation.domain, formulation.variables
        self.count = len(self._variables.unknowns)
        self.periodic = periodic_axes(formulation)
        self.notes: list[str] = []
        self.rough: list[str] = []
        self.contradictions: list[str] = []
        self.carried: list[str] = []
        self.meetings: dict[str, list[Meeting]] = {}

    def take(self, number: int, fluxes: Fluxes) -> _Given:
        """Take the data of an unknown as far as they are smooth and agree with each other."""
        formulation, unknown = self._formulation, self._variables.unknowns[number]
        pieces, doubles = collect_pieces(formulation, unknown, set(self.periodic))
        self.notes += doubles
        if fluxes != "soft":
            given = (formulation, unknown, pieces, self.periodic, fluxes == "hard")
            self.notes += add_hard_fluxes(*given)
        seams = {axis: seam_layer(formulation, number, pieces, axis) for axis in self.periodic}
        joined = {axis: seam for axis, seam in seams.items() if seam is not None}
        others = {axis: name for axis, name in self.periodic.items() if axis not in joined}
        bent = take_corners_out(formulation, number, pieces)
        if bent is not None:
            smooth = replace(pieces, initial=(bent.term, bent.smooth))
            rough = find_rough(formulation, number, smooth, others, bent.size)
        if bent is None or bent.term in {data.term for data in rough}:
            bent = None
            rough = find_rough(formulation, number, pieces, others)
        rough = [data for data in rough if data.term not in self._known(pieces)]
        self.rough += [data.line for data in rough]
        self.notes += [f"{data.line}; it stays soft" for data in rough]
        of_slopes = {flux.term for flux in pieces.fluxes.values()}
        of_values = [data for data in rough if data.term not in of_slopes]
        self.carried += carried_on(formulation, number, of_values)
        pieces = pieces.without({data.term for data in rough})
        conflicts = find_conflicts(pieces, self._variables, self._domain, self.periodic)
        walls = step_layers(formulation, number, pieces, conflicts)
        pieces = self._without_conflicts(pieces, conflicts, walls)
        axes, crowd = too_many_axes(pieces, self._domain)
        if crowd:
            terms = ", ".join(sorted(crowd))
            self.notes.append(f"{unknown}: data that vary on {len(axes)} axes stay soft: {terms}")
            pieces = pieces.without(crowd)
        pieces = self._without_contradicted_fluxes(number, pieces)
        self.notes += find_jumps(pieces, self._domain)
        return _Given(number, pieces, bent, joined, conflicts, walls)

    def _without_conflicts(
        self, pieces: Pieces, conflicts: Sequence[Conflict], walls: Mapping[Face, Diffusion]
    ) -> Pieces:
        """Leave out values that disagree, but for those that a layer takes."""
        unmet = [conflict for conflict in conflicts if conflict.face not in walls]
        soft = {term for conflict in unmet for term in conflict.terms}
        self.contradictions += [conflict.line for conflict in unmet]
        self.notes += [f"{c.line}; {_CONSEQUENCES[bool(c.meeting)]}" for c in unmet]
        for conflict in conflicts:
            if conflict.meeting is not None:
                for term in sorted(conflict.terms & soft):
                    self.meetings.setdefault(term, []).append(conflict.meeting)
        self.periodic = {axis: name for axis, name in self.periodic.items() if name not in soft}
        return pieces.without(soft)

    def _without_contradicted_fluxes(self, number: int, pieces: Pieces) -> Pieces:
        """Leave out fluxes that disagree with other data, but for those that a layer takes."""
        if not pieces.fluxes:
            return pieces
        bends = bend_layers(self._formulation, number, pieces, pieces.fluxes)
        layered = {bend.face for bend in bends}
        conflicts = find_flux_conflicts(
            pieces, self._variables, self._domain, self.periodic, layered
        )
        known = self._known(pieces)
        conflicts = [conflict for conflict in conflicts if not conflict.terms & known]
        for conflict in conflicts:
            what = "stays soft" if len(conflict.terms) == 1 else "both stay soft"
            if conflict.meeting is not None:
                self.contradictions.append(conflict.line)
                what += ", and counts for nothing at that place"
                for term in conflict.terms:
                    self.meetings.setdefault(term, []).append(conflict.meeting)
            self.notes.append(f"{conflict.line}; {what}")
        soft = {term for conflict in conflicts for term in conflict.terms}
        if self._flat is not None:
            free = {f: flux.term for f, flux in pieces.fluxes.items() if f not in pieces.faces}
            soft |= {term for face, term in free.items() if face not in self._flat}
        return pieces.without(soft)

    def _known(self, pieces: Pieces) -> set[str]:
        """The terms of the fluxes that are known to hold by construction."""
        known = (self._flat or frozenset()) - set(pieces.faces)
        return {flux.term for face, flux in pieces.fluxes.items() if face in known}

    def agree_on_flat_faces(self, given: Sequence[_Given]) -> frozenset[Face]:
        """Leave out fluxes through faces that not all unknowns have one through.

        The network has no slope there, and one network serves all unknowns.

        Returns:
            The faces that all have one through.
        """
        free = [set(one.pieces.fluxes) - set(one.pieces.faces) for one in given]
        common = set.intersection(*free)
        while True:
            soft = {
                flux.term
                for one in given
                for face, flux in one.pieces.fluxes.items()
                if face not in one.pieces.faces and face not in common
            }
            if not soft:
                return frozenset(common)
            for one in given:
                one.pieces = one.pieces.without(soft)
                common &= set(one.pieces.fluxes) - set(one.pieces.faces)
            self.notes += [
                f"{term}: another unknown has no flux there; stays soft" for term in sorted(soft)
            ]

    def constraint(self, given: _Given) -> Constraint:
        """Build the constraint of an unknown."""
        layers = find_layers(
            self._formulation,
            given.number,
            given.pieces,
            given.bent,
            given.seams,
            given.walls,
            self.periodic,
        )
        if given.pieces.initial is not None:
            names = self._variables.column_names()
            self.notes += layers.notes(given.pieces.initial[0], given.conflicts, names)
        return constraint_of(given.pieces, self._domain, layers)
