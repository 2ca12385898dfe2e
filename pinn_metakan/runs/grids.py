"""The grids that a run is evaluated on: where errors are measured, and what figures show."""

import math

import numpy as np
from numpy.typing import NDArray

from pinn_metakan.errors import SettingsError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.grid import Grid, over_mesh, plane, product_grid, scattered
from pinn_metakan.geometry.mesh import Mesh, triangulate
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.settings.sections import EvaluationSettings

#: Points along each axis of the default grid, by the numbers of coordinates and of parameters,
#: which come last.
_DEFAULT_SHAPES = {
    (1, 0): [1001],
    (2, 0): [201, 201],
    (3, 0): [51, 51, 51],
    (1, 1): [201, 21],
    (2, 1): [101, 101, 11],
    (3, 1): [31, 31, 31, 5],
    (1, 2): [101, 11, 11],
    (2, 2): [51, 51, 5, 5],
}
#: Points along each axis of the plane that stands for a domain of many dimensions.
_PLANE_POINTS = 101
#: Coordinates of space where domains have a mesh.
_PLANE = 2
# All: docs/decisions/0036-shapes.md.
#: Most vertices of a mesh, most of them at all times together, and the fewest.
_MOST_VERTICES, _MOST_VALUES, _LEAST_VERTICES = 4000, 150_000, 100


def main_grid(formulation: Formulation, settings: EvaluationSettings) -> Grid:
    """Choose where errors are measured: a product grid, or scattered points in many dimensions.

    Args:
        formulation: The problem.
        settings: What is asked for.

    Returns:
        The grid.

    Raises:
        SettingsError: If its shape does not fit the domain.
    """
    variables, domain = formulation.variables, formulation.domain
    shape = settings.shape or _default_shape(domain)
    if variables.has_vector or shape is None:
        return scattered(domain, settings.points)
    try:
        return product_grid(domain, variables.coordinates, shape)
    except ValueError as error:
        raise SettingsError(f"evaluation.shape: {error}") from error


def _default_shape(domain: Domain) -> list[int] | None:
    """Points along each axis; None in many dimensions."""
    count = len(domain.parameter_axes)
    shape = _DEFAULT_SHAPES.get((domain.dimension - count, count))
    if shape is None or count == 0:
        return shape
    of_coordinates, of_parameters = iter(shape[:-count]), iter(shape[-count:])
    return [
        next(of_parameters if axis in domain.parameter_axes else of_coordinates)
        for axis in range(domain.dimension)
    ]


def plane_grid(formulation: Formulation) -> Grid:
    """Make the plane that is drawn where the main grid has scattered points."""
    return plane(formulation.domain, _plane_axes(formulation), _PLANE_POINTS)


def plane_place(formulation: Formulation) -> dict[str, float]:
    """The values of the coordinates that do not vary on that plane, by name."""
    varying = _plane_axes(formulation)
    names, bounds = formulation.variables.column_names(), formulation.domain.bounds
    return {
        name: (low + high) / 2
        for name, (low, high) in zip(names, bounds, strict=True)
        if name not in varying
    }


def _plane_axes(formulation: Formulation) -> dict[str, int]:
    variables, domain = formulation.variables, formulation.domain
    names = variables.column_names()
    columns = [axis for axis in range(domain.dimension) if axis not in domain.parameter_axes]
    columns = columns if len(columns) > 1 else list(range(domain.dimension))
    second = columns[1] if variables.time_axis is None else variables.time_axis
    first = next(axis for axis in columns if axis != second)
    return {names[first]: first, names[second]: second}


def mesh_points(formulation: Formulation, grid: Grid) -> int:
    """About how many points the grid over a mesh has; 0 where there is none.

    Args:
        formulation: The problem.
        grid: The main grid.

    Returns:
        The number.
    """
    return _mesh_size(formulation, grid) * math.prod(len(axis) for axis in _others(grid).values())


def _mesh_size(formulation: Formulation, grid: Grid) -> int:
    """About how many vertices a mesh has, no more than there are nodes of the grid over space."""
    space = formulation.domain.without_parameters.space
    has_plane = space.dimension == _PLANE and not space.is_bounded_by_faces
    if not has_plane or (not grid.axes and formulation.domain.dimension > _PLANE):
        return 0
    if not grid.axes:
        return _MOST_VERTICES
    sizes = [len(axis) for axis in grid.axes.values()]
    nodes, others = math.prod(sizes[:_PLANE]), math.prod(sizes[_PLANE:])
    return max(min(nodes, _MOST_VERTICES, _MOST_VALUES // others), _LEAST_VERTICES)


def mesh_of(formulation: Formulation, grid: Grid) -> Mesh | None:
    """Triangulate space where it is a plane domain other than a box.

    Args:
        formulation: The problem.
        grid: The main grid.

    Returns:
        The mesh; None where there is none.
    """
    count = _mesh_size(formulation, grid)
    space = formulation.domain.without_parameters.space
    return triangulate(space, count) if count else None


def grid_over(mesh: Mesh, grid: Grid) -> Grid:
    """The vertices of a mesh at all values of those coordinates of a grid that are not space."""
    return over_mesh(mesh, _others(grid))


def _others(grid: Grid) -> dict[str, NDArray[np.float64]]:
    """The axes of a grid that are not those of a plane space."""
    return dict(list(grid.axes.items())[_PLANE:])
