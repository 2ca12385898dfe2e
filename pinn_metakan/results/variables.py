"""A field as variables with named dimensions, in the order and with the attributes of CF.

Time comes first and x last, as in CF and VTK. Scattered points are coordinates of a dimension
``point``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinn_metakan.results.field import Field, FieldOnGrid, FieldOnMesh
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.units import unit_attributes

#: The dimension of scattered points.
POINT = "point"
#: The triangles of a mesh, and their dimensions.
CELLS, CELL, CORNER = "mesh_cells", "mesh_cell", "mesh_corner"
_SPACE_AXES = ("X", "Y", "Z")


@dataclass(frozen=True)
class Variable:
    """An array with named dimensions.

    Args:
        name: Its name.
        dimensions: Names of its dimensions, slowest first.
        values: The numbers.
        attributes: Unit, name in figures and, of a coordinate, its axis.
        is_coordinate: Whether it says where the others are.
    """

    name: str
    dimensions: tuple[str, ...]
    values: NDArray[Any]
    attributes: Mapping[str, str]
    is_coordinate: bool = False

    @property
    def is_dimension(self) -> bool:
        """Whether it is the coordinate of a dimension, of the same name."""
        return self.is_coordinate and self.dimensions == (self.name,)


def variables_of(grid: FieldOnGrid, field: Field) -> Iterator[Variable]:
    """List the variables of a field, coordinates first.

    Args:
        grid: The main grid of the field, or its plane.
        field: The field.

    Yields:
        Coordinates, then for each unknown its value, reference, error, disagreement and standard
        error, then residuals; those that there are.
    """
    yield from _coordinates(grid, field)
    dimensions = (POINT,) if grid.points is not None else tuple(reversed(tuple(grid.axes)))

    def variable(name: str, values: Array, unit: str, called: str) -> Variable:
        numbers = np.asarray(values, dtype=np.float64)
        return Variable(name, dimensions, numbers.T, described(unit, called))

    for name, values in grid.values.items():
        unit, called = field.units.get(name, "-"), field.long_names.get(name, name)
        yield variable(name, values, unit, called)
        if name in grid.references:
            yield variable(f"{name}_reference", grid.references[name], unit, f"{called}, reference")
            yield variable(f"{name}_error", grid.errors[name], unit, f"{called}, error")
        if name in grid.disagreements:
            told = f"{called}, disagreement of two networks"
            yield variable(f"{name}_disagreement", grid.disagreements[name], unit, told)
        if name in grid.standard_errors:
            told = f"{called}, standard error by the noise of data"
            yield variable(f"{name}_standard_error", grid.standard_errors[name], unit, told)
    for term, values in grid.residuals.items():
        yield variable(f"residual_{term}", values, "-", f"residual of {term}")


def variables_of_mesh(mesh: FieldOnMesh, field: Field) -> Iterator[Variable]:
    """List the variables of a mesh: vertices, triangles, further coordinates, fields.

    Args:
        mesh: That of the field.
        field: The field.

    Yields:
        Coordinates of the vertices along a dimension ``point``, then triangles, then the fields.
    """
    count = np.arange(len(mesh.points))
    yield Variable(POINT, (POINT,), count, described("-", "number of the vertex"), True)
    for name, column in zip(mesh.names, mesh.points.T, strict=True):
        yield Variable(
            name, (POINT,), column, _of_coordinate(field, field.column_names, name), True
        )
    for name, size in ((CELL, len(mesh.cells)), (CORNER, 3)):
        told = described("-", f"number of the {name.removeprefix('mesh_')}")
        yield Variable(name, (name,), np.arange(size), told, True)
    vertices = described("-", "vertices of each triangle")
    yield Variable(CELLS, (CELL, CORNER), mesh.cells, vertices, True)
    yield from variables_of(mesh.fields, field)


def described(unit: str, called: str) -> dict[str, str]:
    """Attributes that tell a unit and a name, as figures and xarray show them."""
    return unit_attributes(unit) | {"long_name": called}


def _coordinates(grid: FieldOnGrid, field: Field) -> Iterator[Variable]:
    names = field.column_names
    if grid.points is None:
        for name, axis in grid.axes.items():
            if name != POINT:
                yield Variable(name, (name,), axis, _of_coordinate(field, names, name), True)
        return
    count = np.arange(len(grid.points))
    yield Variable(POINT, (POINT,), count, described("-", "number of the point"), True)
    for name, column in zip(names, grid.points.T, strict=True):
        yield Variable(name, (POINT,), column, _of_coordinate(field, names, name), True)


def _of_coordinate(field: Field, names: tuple[str, ...], name: str) -> dict[str, str]:
    vector = field.coordinates[0] if len(names) > len(field.coordinates) else name
    unit = field.units.get(name, field.units.get(vector, "-"))
    attributes = described(unit, field.long_names.get(name, name))
    if field.has_time and name == names[-1]:
        return attributes | {"axis": "T"}
    place = names.index(name)
    return attributes | ({"axis": _SPACE_AXES[place]} if place < len(_SPACE_AXES) else {})
