"""The parts of a field that a figure can show: one or two coordinates, the others at a value."""

from collections.abc import Mapping
from dataclasses import dataclass

from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.metrics import Array

#: Parameters are drawn at these parts of their range, or at the middle of it where there are more
#: unknowns than these.
_DRAWN, _MANY = (0.0, 0.5, 1.0), 2


@dataclass(frozen=True)
class Plane:
    """A part of a field with at most two axes.

    Args:
        grid: The fields on it.
        label: Where it is among the parameters, such as ``D = 0.1``; empty without any.
    """

    grid: FieldOnGrid
    label: str = ""


def drawn_planes(field: Field) -> tuple[list[Plane], str]:
    """Cut a field into planes that are drawn.

    Args:
        field: The field.

    Returns:
        One plane, or one for each of three values of the parameters, and what is to be said of
        them all; empty if nothing.
    """
    if field.slice is not None:
        return [Plane(field.slice)], "; plane through the center"
    names = [name for name in field.grid.axes if name not in field.solution_parameters]
    kept = names if len(names) <= 2 else [names[0], names[-1] if field.has_time else names[1]]
    cut = [name for name in names if name not in kept]
    places = {name: len(field.grid.axes[name]) // 2 for name in cut}
    note = f"; plane {_told(field, places)}" if places else ""
    parameters = [name for name in field.solution_parameters if name in field.grid.axes]
    parts = _DRAWN if len(field.grid.values) <= _MANY and parameters else (0.5,)
    planes = []
    for part in parts:
        at = {name: round(part * (len(field.grid.axes[name]) - 1)) for name in parameters}
        planes.append(Plane(_cut(field.grid, places | at), _told(field, at)))
    return planes, note


def _told(field: Field, places: Mapping[str, int]) -> str:
    return ", ".join(f"{name} = {field.grid.axes[name][k]:.3g}" for name, k in places.items())


def _cut(grid: FieldOnGrid, places: Mapping[str, int]) -> FieldOnGrid:
    """The fields where some coordinates have the value of an index."""
    if not places:
        return grid
    index = tuple(places.get(name, slice(None)) for name in grid.axes)

    def cut(fields: Mapping[str, Array]) -> dict[str, Array]:
        return {name: values[index] for name, values in fields.items()}

    return FieldOnGrid(
        {name: axis for name, axis in grid.axes.items() if name not in places},
        cut(grid.values),
        cut(grid.references),
        cut(grid.residuals),
        disagreements=cut(grid.disagreements),
    )
