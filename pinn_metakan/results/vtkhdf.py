"""Fields for ParaView and VTK: files of the format VTKHDF.

Plane domains with a mesh are unstructured grids of triangles, other product grids are ImageData,
both with one step for each time; scattered points are an unstructured grid of vertices. Source: https://docs.vtk.org/en/latest/vtk_file_formats/vtkhdf_file_format/index.html
"""

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from pinn_metakan.errors import UserError
from pinn_metakan.files import write_bytes
from pinn_metakan.results.field import Field, FieldOnMesh
from pinn_metakan.results.hdf5_bytes import hdf5_bytes
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.table import columns_of
from pinn_metakan.results.variables import variables_of

_VERSION = (2, 0)
#: VTK has so many coordinates of space.
_SPACE = 3
#: The kinds of cells that are one point and a triangle.
_VERTEX, _TRIANGLE = 1, 5


def write_vtkhdf(path: Path, field: Field) -> None:
    """Write the fields of a grid; the file is replaced as a whole.

    Args:
        path: The file, which ends in ``.vtkhdf``.
        field: The field.

    Raises:
        UserError: If the file cannot be written.
    """
    content = hdf5_bytes(lambda file: _fill(file.create_group("VTKHDF"), field))
    try:
        write_bytes(path, content)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from error


def _fill(root: h5py.Group, field: Field) -> None:
    names = field.column_names[: -1 if field.has_time else None]
    mesh = None if field.solution_parameters else field.mesh  # steps are times alone
    is_image = mesh is None and field.grid.points is None and len(names) <= _SPACE
    root.attrs["Version"] = np.array(_VERSION, dtype=np.int64)
    kind = b"ImageData" if is_image else b"UnstructuredGrid"
    root.attrs.create("Type", kind, dtype=h5py.string_dtype("ascii", len(kind)))
    if mesh is not None:
        _write_mesh(root, field, mesh)
    else:
        (_write_image if is_image else _write_points)(root, field, names)


def _write_image(root: h5py.Group, field: Field, names: tuple[str, ...]) -> None:
    axes = [field.grid.axes[name] for name in names]
    extent, origin, spacing = [0, 0] * _SPACE, [0.0] * _SPACE, [1.0] * _SPACE
    for place, axis in enumerate(axes):
        extent[2 * place + 1] = len(axis) - 1
        origin[place] = float(axis[0])
        spacing[place] = float(axis[-1] - axis[0]) / max(len(axis) - 1, 1)
    root.attrs["WholeExtent"] = np.array(extent, dtype=np.int64)
    root.attrs["Origin"], root.attrs["Spacing"] = origin, spacing
    root.attrs["Direction"] = np.eye(_SPACE).ravel()
    shape = [len(axis) for axis in reversed(axes) if len(axis) > 1]  # VTK leaves flat ones out
    steps = field.grid.axes[field.column_names[-1]] if field.has_time else None
    whole = shape if steps is None else [len(steps), *shape]
    data = root.create_group("PointData")
    for variable in variables_of(field.grid, field):
        if not variable.is_coordinate:  # time first, x last, as VTK has it
            data.create_dataset(variable.name, data=variable.values.reshape(whole))
    if steps is not None:
        _write_steps(root, steps, 1)


def _write_steps(root: h5py.Group, steps: Array, length: int) -> h5py.Group:
    """Write times, and where the values of each begin, which are so long."""
    group = root.create_group("Steps")
    group.attrs["NSteps"] = len(steps)
    group.create_dataset("Values", data=steps)
    offsets = group.create_group("PointDataOffsets")
    for name in root["PointData"]:
        offsets.create_dataset(name, data=length * np.arange(len(steps), dtype=np.int64))
    return group


def _write_mesh(root: h5py.Group, field: Field, mesh: FieldOnMesh) -> None:
    """Write triangles once; the values of one time follow those of the time before."""
    count = len(mesh.points)
    places = np.concatenate([mesh.points, np.zeros((count, 1))], axis=1)
    _write_cells(root, places, mesh.cells, _TRIANGLE)
    data = root.create_group("PointData")
    for variable in variables_of(mesh.fields, field):
        if not variable.is_coordinate:
            data.create_dataset(variable.name, data=variable.values.ravel())
    if field.time is None:
        return
    steps = mesh.fields.axes[field.time]
    group = _write_steps(root, steps, count)
    same, one = np.zeros(len(steps), dtype=np.int64), np.ones(len(steps), dtype=np.int64)
    group.create_dataset("NumberOfParts", data=one)
    for name in ("PartOffsets", "PointOffsets"):
        group.create_dataset(name, data=same)
    for name in ("CellOffsets", "ConnectivityIdOffsets"):
        group.create_dataset(name, data=same[:, None])


def _write_points(root: h5py.Group, field: Field, names: tuple[str, ...]) -> None:
    """Write points at their first three coordinates of space; all coordinates are fields too."""
    columns = columns_of(field)
    places: list[Array] = [columns[name] for name in names[:_SPACE]]
    count = len(next(iter(columns.values())))
    places += [np.zeros(count)] * (_SPACE - len(places))
    _write_cells(root, np.stack(places, axis=1), np.arange(count)[:, None], _VERTEX)
    data = root.create_group("PointData")
    for name, column in columns.items():
        data.create_dataset(name, data=column)


def _write_cells(root: h5py.Group, points: Array, cells: NDArray[np.int64], kind: int) -> None:
    """Write points (V, 3) and cells of one kind, (C, k)."""
    count, corners = cells.shape
    for name, value in (
        ("NumberOfPoints", [len(points)]),
        ("NumberOfCells", [count]),
        ("NumberOfConnectivityIds", [cells.size]),
        ("Connectivity", cells.ravel()),
        ("Offsets", corners * np.arange(count + 1)),
    ):
        root.create_dataset(name, data=np.asarray(value, dtype=np.int64))
    root.create_dataset("Types", data=np.full(count, kind, dtype=np.uint8))
    root.create_dataset("Points", data=points)
