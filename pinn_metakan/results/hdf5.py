"""Solutions in HDF5: readable by h5py, and by xarray as they stand."""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from pinn_metakan.errors import RunFolderError
from pinn_metakan.files import written_whole
from pinn_metakan.results.activations_hdf5 import read_layers, write_layer
from pinn_metakan.results.datasets import describe, read_array
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.metrics import Array

#: From this version of the format on, an attribute (the source of a problem) may exceed 64 KiB.
_FORMAT = ("v108", "v110")


def write_solution(path: Path, field: Field) -> None:
    """Write a field; the file is replaced as a whole.

    Args:
        path: The file.
        field: What to write.
    """
    with written_whole(path) as temporary, h5py.File(temporary, "w", libver=_FORMAT) as file:
        for name, value in _attributes(field).items():
            file.attrs[name] = value
        _write_grid(file, field.grid, field)
        if field.slice is not None:
            _write_grid(file.create_group("slice"), field.slice, field)
        history = file.create_group("history")
        _write_columns(history, field.history)
        for layer in field.activations:
            write_layer(file.create_group(f"activations/layer_{layer.number}"), layer)


def read_solution(path: Path) -> Field:
    """Read what `write_solution` wrote; nothing of it is executed.

    Args:
        path: The file.

    Returns:
        The field.

    Raises:
        RunFolderError: If the file is missing or is not a solution.
    """
    if not path.is_file():
        raise RunFolderError(f"there is no solution file {path}")
    try:
        with h5py.File(path, "r") as file:
            attributes = {key: _plain(value) for key, value in file.attrs.items()}
            coordinates = tuple(str(attributes["coordinates"]).split())
            unknowns = tuple(str(attributes["unknowns"]).split())
            history = {key: read_array(item) for key, item in file["history"].items()}
            # A vector coordinate has no dataset of its own name, but a group may have it.
            names = [name for name in (*coordinates, *unknowns) if name in file]
            described = {name: file[name] for name in names if "units" in file[name].attrs}
            if "slice" in file:
                described |= {
                    axis: file["slice"][axis] for axis in _axis_names(file["slice"], unknowns)
                }
            return Field(
                grid=_read_grid(file, unknowns),
                coordinates=coordinates,
                units={k: str(v.attrs["units"]) for k, v in described.items()},
                long_names={k: str(v.attrs["long_name"]) for k, v in described.items()},
                history=history,
                attributes=attributes,
                slice=_read_grid(file["slice"], unknowns) if "slice" in file else None,
                has_time=bool(attributes["has_time"]),
                activations=read_layers(file["activations"]) if "activations" in file else (),
                solution_parameters=tuple(str(attributes.get("solution_parameters", "")).split()),
            )
    except (OSError, KeyError, ValueError) as error:
        detail = " ".join(str(error).split())
        raise RunFolderError(f"{path} is not a solution of this package ({detail})") from error


def _attributes(field: Field) -> dict[str, str | int | float]:
    attributes = dict(field.attributes)
    attributes["coordinates"] = " ".join(field.coordinates)
    attributes["unknowns"] = " ".join(field.grid.values)
    attributes["has_time"] = int(field.has_time)
    if field.solution_parameters:
        attributes["solution_parameters"] = " ".join(field.solution_parameters)
    for unknown in field.relative_l2:
        attributes[f"relative_l2_{unknown}"] = field.relative_l2[unknown]
        attributes[f"relative_l1_{unknown}"] = field.relative_l1[unknown]
        attributes[f"max_error_{unknown}"] = field.max_error[unknown]
    for unknown in field.disagreement:
        attributes[f"disagreement_{unknown}"] = field.disagreement[unknown]
        attributes[f"max_disagreement_{unknown}"] = field.max_disagreement[unknown]
    return attributes


def _write_grid(group: h5py.Group, grid: FieldOnGrid, field: Field) -> None:
    scales = []
    if grid.points is not None:
        count, dimension = grid.points.shape
        for name, size in (("point", count), ("coordinate", dimension)):
            scale = group.create_dataset(name, data=np.arange(size))
            scale.make_scale(name)
            scales.append(scale)
        _write_array(group, "points", grid.points, scales, "-", "coordinates of the points")
        scales = scales[:1]
    for name, axis in grid.axes.items():
        scale = group.create_dataset(name, data=axis)
        scale.make_scale(name)
        describe(scale, field.units.get(name, "-"), field.long_names.get(name, name))
        scales.append(scale)
    for name, values in grid.values.items():
        unit = field.units.get(name, "-")
        called = field.long_names.get(name, name)
        _write_array(group, name, values, scales, unit, called)
        if name in grid.references:
            reference = grid.references[name]
            _write_array(
                group, f"{name}_reference", reference, scales, unit, f"{called}, reference"
            )
            error = grid.errors[name]
            _write_array(group, f"{name}_error", error, scales, unit, f"{called}, error")
        if name in grid.disagreements:
            apart, told = grid.disagreements[name], f"{called}, disagreement of two networks"
            _write_array(group, f"{name}_disagreement", apart, scales, unit, told)
    for term, values in grid.residuals.items():
        _write_array(group, f"residual_{term}", values, scales, "-", f"residual of {term}")


def _write_array(
    group: h5py.Group, name: str, values: Array, scales: list[h5py.Dataset], unit: str, called: str
) -> None:
    dataset = group.create_dataset(name, data=np.asarray(values, dtype=np.float64))
    for dimension, scale in zip(dataset.dims, scales, strict=True):
        dimension.attach_scale(scale)
    describe(dataset, unit, called)


def _write_columns(group: h5py.Group, columns: Mapping[str, Array]) -> None:
    for name, values in columns.items():
        group.create_dataset(name, data=values)
    group["step"].make_scale("step")
    for name in columns:
        if name != "step":
            group[name].dims[0].attach_scale(group["step"])


def _read_grid(group: h5py.Group, unknowns: tuple[str, ...]) -> FieldOnGrid:
    def named(suffix: str) -> dict[str, Array]:
        names = [name for name in unknowns if f"{name}{suffix}" in group]
        return {name: read_array(group[f"{name}{suffix}"]) for name in names}

    is_scattered = "points" in group
    prefix = "residual_"
    residuals = {
        k.removeprefix(prefix): read_array(v) for k, v in group.items() if k.startswith(prefix)
    }
    return FieldOnGrid(
        axes={name: read_array(group[name]) for name in _axis_names(group, unknowns)},
        values=named(""),
        references=named("_reference"),
        residuals=residuals,
        points=read_array(group["points"]) if is_scattered else None,
        disagreements=named("_disagreement"),
    )


def _axis_names(group: h5py.Group, unknowns: tuple[str, ...]) -> list[str]:
    if "points" in group:
        return []
    return [dimension[0].name.rpartition("/")[2] for dimension in group[unknowns[0]].dims]


def _plain(value: object) -> str | int | float:
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    return str(value)
