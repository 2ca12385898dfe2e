"""Whether the parts of a field that was read fit together: shapes, axes, triangles."""

from collections.abc import Mapping, Sequence

import numpy as np

from pinn_metakan.errors import RunFolderError
from pinn_metakan.results.activations import LayerActivations
from pinn_metakan.results.field import FieldOnGrid, FieldOnMesh
from pinn_metakan.results.metrics import Array

#: Columns that every history has; a file that xarray has copied may have none at all.
_COLUMNS = ("step", "seconds", "loss")


def refuse_misfit(
    grid: FieldOnGrid,
    plane: FieldOnGrid | None,
    mesh: FieldOnMesh | None,
    history: Mapping[str, Array],
    activations: Sequence[LayerActivations],
    n_columns: int | None,
) -> None:
    """Refuse parts of a field that do not fit together.

    Args:
        grid: The fields.
        plane: Those on a plane.
        mesh: Those on triangles.
        history: Columns of the history.
        activations: Edge functions by layer.
        n_columns: Columns of a point d; None where the file does not tell.

    Raises:
        RunFolderError: If a shape is another one, an axis does not rise, a triangle has a vertex
            that there is not, or something is missing.
    """
    _check_grid(grid, "the grid", n_columns)
    if plane is not None:
        _check_grid(plane, "the plane", n_columns)
    if mesh is not None:
        _check_mesh(mesh)
    _check_history(history)
    for layer in activations:
        _check_layer(layer)


def _check_grid(grid: FieldOnGrid, place: str, n_columns: int | None) -> None:
    if not grid.values:
        raise RunFolderError(f"{place} has no unknown")
    if grid.points is not None:
        shape: tuple[int, ...] = (len(grid.points),)
        if grid.points.ndim != 2 or grid.points.shape[1] != (n_columns or grid.points.shape[1]):
            raise RunFolderError(
                f"points of {place} have shape {grid.points.shape}, expected (N, {n_columns})"
            )
        if not np.isfinite(grid.points).all():
            raise RunFolderError(f"points of {place} are not finite")
    else:
        shape = tuple(len(_axis(name, axis)) for name, axis in grid.axes.items())
    if 0 in shape or not shape:
        raise RunFolderError(f"{place} has no point")
    for name, values in _all(grid):
        if values.shape != shape:
            raise RunFolderError(f"{name} has shape {values.shape}, expected {shape} of {place}")


def _all(grid: FieldOnGrid) -> list[tuple[str, Array]]:
    parts = (grid.values, grid.references, grid.residuals, grid.disagreements, grid.standard_errors)
    return [pair for part in parts for pair in part.items()]


def _axis(name: str, axis: Array) -> Array:
    is_rising = axis.ndim == 1 and bool(np.isfinite(axis).all() and (np.diff(axis) > 0).all())
    if not is_rising:
        raise RunFolderError(f"the axis {name} must be numbers that rise")
    return axis


def _check_mesh(mesh: FieldOnMesh) -> None:
    count = len(mesh.points)
    if mesh.points.ndim != 2 or not np.isfinite(mesh.points).all():
        raise RunFolderError("vertices of the mesh are not finite")
    cells = mesh.cells
    if cells.ndim != 2 or cells.shape[1] != 3 or cells.size == 0:
        raise RunFolderError(f"triangles of the mesh have shape {cells.shape}, expected (C, 3)")
    if cells.min() < 0 or cells.max() >= count:
        raise RunFolderError(f"triangles of the mesh have vertices beyond the {count} of it")
    _check_grid(mesh.fields, "the mesh", None)
    if len(next(iter(mesh.fields.axes.values()))) != count:
        raise RunFolderError(f"fields of the mesh are not on its {count} vertices")


def _check_history(history: Mapping[str, Array]) -> None:
    if not history:
        return
    for name in _COLUMNS:
        if name not in history:
            raise RunFolderError(f"the history has no column {name}")
    shape = (len(history["step"]),) if history["step"].ndim else ()
    for name, column in history.items():
        if column.ndim != 1 or column.shape != shape:
            raise RunFolderError(
                f"column {name} of the history has shape {column.shape}, expected one of {shape}"
            )
    for name in ("step", "seconds"):
        if not np.isfinite(history[name]).all():
            raise RunFolderError(f"column {name} of the history is not finite")


def _check_layer(layer: LayerActivations) -> None:
    place, inputs = f"layer {layer.number}", layer.inputs
    if inputs.ndim != 1 or not inputs.size:
        raise RunFolderError(f"{place} of the edge functions has no inputs")
    shapes: list[tuple[str, Array, int]] = [("functions", layer.functions, 3)]
    if layer.shared is not None:
        shapes.append(("shared functions", layer.shared, 2))
    if layer.sweep is not None:
        shapes.append(("functions of the sweep", layer.sweep.functions, 2))
        sizes = (layer.sweep.positions.shape, layer.sweep.functions.shape[:1])
        if layer.sweep.positions.ndim != 1 or sizes[0] != sizes[1] or layer.sweep.trained.ndim != 1:
            raise RunFolderError(f"{place}: positions of the sweep have shape {sizes[0]}")
    for name, values, dimensions in shapes:
        if values.ndim != dimensions or values.shape[-1] != len(inputs) or not values.size:
            raise RunFolderError(f"{place}: {name} have shape {values.shape}")
