"""Where conditions are asked for, and on how many things each unknown is asked there."""

from dataclasses import dataclass, field

from pinn_metakan.diagnosis.sensitivity import of_condition, unknowns_of
from pinn_metakan.geometry.domain import Face
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.start import is_at_start


@dataclass
class Conditions:
    """Conditions on one unknown, by where they are asked for.

    Args:
        at_start: How many there are at the first time.
        on_faces: How many on each flat face.
        on_boundary: How many on all of a boundary that has no flat faces.
        periodic: Columns that are periodic.
        is_elsewhere: Whether there are others: at points, inside, on a part of the boundary.
    """

    at_start: int = 0
    on_faces: dict[Face, int] = field(default_factory=dict)
    on_boundary: int = 0
    periodic: set[int] = field(default_factory=set)
    is_elsewhere: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is no condition at all."""
        return not (
            self.at_start or self.on_boundary or self.on_faces or self.periodic or self.is_elsewhere
        )

    def on_axis(self, axis: int) -> int:
        """How many there are on the faces across an axis."""
        return sum(count for face, count in self.on_faces.items() if face.axis == axis)


def conditions_on(formulation: Formulation) -> list[Conditions]:
    """Sort the conditions of each unknown by their places.

    Args:
        formulation: The problem.

    Returns:
        One for each unknown.
    """
    found = [Conditions() for _ in formulation.variables.unknowns]
    for name in formulation.conditions:
        for terms in of_condition(formulation, name).values():
            for unknown in unknowns_of(terms):
                _add(found[unknown], formulation, name)
    return found


def _add(conditions: Conditions, formulation: Formulation, name: str) -> None:
    variables, domain = formulation.variables, formulation.domain
    condition = formulation.problem.conditions[name]
    axis, place = condition.periodic_axis(variables), condition.place
    faces = place.faces(variables, domain)
    if domain.time_axis is None and (place.is_first_time or place.is_last_time):
        end = domain.bounds[-1][0 if place.is_first_time else 1]
        faces = tuple(face for face in domain.faces if face.value == end)
    if axis is not None:
        conditions.periodic.add(axis)
    elif domain.time_axis is not None and is_at_start(formulation, name):
        conditions.at_start += 1
    elif faces:
        for face in faces:
            conditions.on_faces[face] = conditions.on_faces.get(face, 0) + 1
    elif place.is_whole_boundary:
        conditions.on_boundary += 1
    else:
        conditions.is_elsewhere = True
