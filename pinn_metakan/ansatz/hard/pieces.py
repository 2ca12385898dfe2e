"""The data of one unknown that can be satisfied by construction."""

from dataclasses import dataclass, field

from torch import Tensor

from pinn_metakan.ansatz.hard.transfinite import Field, Number
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.geometry.domains import Ball, Face
from pinn_metakan.pde.boundary_conditions import Dirichlet, Periodic
from pinn_metakan.pde.data import Data, arguments_at, evaluate_data
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.initial import Initial


@dataclass
class Pieces:
    """The data of one unknown that can be made hard; values are (name of the term, data)."""

    faces: dict[Face, tuple[str, Field]] = field(default_factory=dict)
    curved: tuple[str, Field] | None = None
    initial: tuple[str, Field] | None = None
    velocity: tuple[str, Field] | None = None

    def terms(self) -> set[str]:
        """Name the residual terms that the data satisfy."""
        pieces = [*self.faces.values(), self.curved, self.initial, self.velocity]
        return {piece[0] for piece in pieces if piece is not None}

    def without(self, terms: set[str]) -> "Pieces":
        """Leave out the data of some terms, and a velocity that has no initial value."""

        def kept(piece: tuple[str, Field] | None) -> tuple[str, Field] | None:
            return None if piece is None or piece[0] in terms else piece

        initial = kept(self.initial)
        velocity = kept(self.velocity) if initial else None  # t^2 alone would fix nothing
        faces = {face: piece for face, piece in self.faces.items() if piece[0] not in terms}
        return Pieces(faces, kept(self.curved), initial, velocity)


def periodic_axes(formulation: Formulation) -> dict[int, str]:
    """Find the columns that are periodic, and the name of the condition that says so."""
    conditions = formulation.problem.conditions
    return {
        formulation.variables.axis(condition.coordinate): name
        for name, condition in conditions.items()
        if isinstance(condition, Periodic)
    }


def collect_pieces(
    formulation: Formulation, unknown: str, periodic: set[int]
) -> tuple[Pieces, list[str]]:
    """Gather the data of an unknown that lie on flat faces, on a whole ball, or at the start."""
    variables, domain = formulation.variables, formulation.problem.domain
    pieces = Pieces()
    notes = []
    for name, condition in formulation.problem.conditions.items():
        term = f"{name}_{unknown}"
        label = f"{formulation.problem.origin.label}: condition {name!r}"
        if isinstance(condition, Dirichlet) and unknown in condition.values:
            data = _as_field(condition.values[unknown], variables, label, False)
            faces = condition.place.faces(variables, domain)
            taken = [face for face in faces or () if face in pieces.faces or face.axis in periodic]
            if taken or (faces is None and pieces.curved):
                notes.append(
                    f"{name}: its part of the boundary has a condition already; stays soft"
                )
            elif faces is not None:
                pieces.faces.update({face: (term, data) for face in faces})
            elif isinstance(domain.space, Ball) and condition.place.where is None:
                pieces.curved = (term, data)
            elif callable(condition.place.where):
                notes.append(f"{name}: 'where' is a function; stays soft")
            else:
                notes.append(
                    f"{name}: the boundary of {type(domain.space).__name__} is neither flat nor "
                    "that of a Ball, so no factor is known that vanishes on it; stays soft"
                )
        elif isinstance(condition, Initial):
            time = variables.coordinates[-1]
            for key, data_of_key in condition.values.items():
                value = _as_field(data_of_key, variables, label, True)
                is_value, is_velocity = key == unknown, key == f"{unknown}_{time}"
                if (is_value and pieces.initial) or (is_velocity and pieces.velocity):
                    notes.append(f"{name}: {key} has an initial condition already; stays soft")
                elif is_value:
                    pieces.initial = (term, value)
                elif is_velocity:
                    pieces.velocity = (f"{term}_{time}", value)
    if pieces.velocity is not None and pieces.initial is None:
        notes.append(f"{unknown}: a velocity without an initial value stays soft")
    return pieces.without(set()), notes


def _as_field(data: Data, variables: Variables, label: str, space_only: bool) -> Field:
    if not callable(data):
        return Number(float(data))

    def values(points: Tensor) -> Tensor:
        arguments = arguments_at(variables, points)
        return evaluate_data(data, arguments[:-1] if space_only else arguments, label)

    return values
