"""Fields on grids and on meshes, read from groups of an HDF5 file.

The order of dimensions in a file does not matter: each has a scale with its name.
"""

from collections.abc import Sequence

import numpy as np

from pinn_metakan.results.field import FieldOnGrid, FieldOnMesh
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.variables import CELLS, POINT
from pinn_metakan.untrusted.hdf5_group import PlainGroup

_RESIDUAL = "residual_"


def read_grid(
    group: PlainGroup, unknowns: tuple[str, ...], columns: tuple[str, ...]
) -> FieldOnGrid:
    """Read fields on a product grid or at scattered points.

    Args:
        group: Where they are.
        unknowns: Their names.
        columns: Names of the columns of a point.

    Returns:
        The fields.
    """
    axes = axis_names(group, unknowns, columns)
    return _read_fields(group, unknowns, axes, _read_points(group, columns))


def read_mesh(
    group: PlainGroup, unknowns: tuple[str, ...], columns: tuple[str, ...]
) -> FieldOnMesh:
    """Read fields on the vertices of triangles.

    Args:
        group: Where they are.
        unknowns: Their names.
        columns: Names of the columns of a point.

    Returns:
        The fields.
    """
    scales = group.scales(unknowns[0])
    first, second = (name for name in columns if name in group and name not in scales)
    axes = [POINT, *(name for name in columns if name in scales)]
    return FieldOnMesh(
        np.stack([group.array(first), group.array(second)], axis=1),
        group.whole_numbers(CELLS),
        (first, second),
        _read_fields(group, unknowns, axes, None),
    )


def axis_names(group: PlainGroup, unknowns: tuple[str, ...], columns: tuple[str, ...]) -> list[str]:
    """Name the dimensions of the fields of a group, in the order of the columns of a point."""
    if POINT in group:
        return []
    names = group.scales(unknowns[0])
    # Planes of format 1 have names of their own, in the right order.
    return sorted(names, key=columns.index) if set(names) <= set(columns) else names


def _read_fields(
    group: PlainGroup, unknowns: tuple[str, ...], axes: Sequence[str], points: Array | None
) -> FieldOnGrid:
    def read(name: str) -> Array:
        values = group.array(name)
        if not axes:
            return values
        return np.ascontiguousarray(values.transpose([group.scales(name).index(a) for a in axes]))

    def named(suffix: str) -> dict[str, Array]:
        names = [name for name in unknowns if f"{name}{suffix}" in group]
        return {name: read(f"{name}{suffix}") for name in names}

    terms = [name.removeprefix(_RESIDUAL) for name in group if name.startswith(_RESIDUAL)]
    return FieldOnGrid(
        axes={name: group.array(name) for name in axes},
        values=named(""),
        references=named("_reference"),
        residuals={term: read(f"{_RESIDUAL}{term}") for term in terms},
        points=points,
        disagreements=named("_disagreement"),
        standard_errors=named("_standard_error"),
    )


def _read_points(group: PlainGroup, columns: tuple[str, ...]) -> Array | None:
    if "points" in group:  # format 1
        return group.array("points")
    if POINT not in group:
        return None
    return np.stack([group.array(name) for name in columns], axis=1)
