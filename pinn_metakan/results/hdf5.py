"""Solutions in HDF5: readable by h5py, by xarray and by tools for netCDF and CF, as they stand.

Format 2 has the dimensions in the order of CF and VTK, time first. Readers go by the names of the
dimension scales, never by position, so that they read format 1, of versions up to 0.2.0, too.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from pinn_metakan.errors import RunFolderError, is_lack_of_memory, one_line
from pinn_metakan.files import write_bytes
from pinn_metakan.results.activations_hdf5 import read_layers, write_layer
from pinn_metakan.results.field import Field
from pinn_metakan.results.field_check import refuse_misfit
from pinn_metakan.results.grid_hdf5 import axis_names, read_grid, read_mesh
from pinn_metakan.results.hdf5_attributes import describe, write_attributes
from pinn_metakan.results.hdf5_bytes import hdf5_bytes
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.solution_facts import FACTS
from pinn_metakan.results.units import written_unit
from pinn_metakan.results.variables import Variable, variables_of, variables_of_mesh
from pinn_metakan.untrusted.checksum import sealed
from pinn_metakan.untrusted.hdf5_checksums import ATTRIBUTE as CHECKSUMS
from pinn_metakan.untrusted.hdf5_checksums import note_checksums
from pinn_metakan.untrusted.hdf5_group import PlainGroup, opened_hdf5

#: Version of the layout that is written.
FORMAT = 2
#: From this version of HDF5 on, an attribute (the source of a problem) may exceed 64 KiB.
_LIBRARY_VERSIONS = ("v108", "v110")
_CONVENTIONS = "CF-1.8"
#: Facts of the layout, which are written anew: no facts of the run.
_LAYOUT = (
    "coordinates",
    "coordinate_names",
    "column_names",
    "unknowns",
    "has_time",
    "format",
    "solution_parameters",
    CHECKSUMS,
)
_HISTORY_UNITS = {"seconds": "s"}
_HISTORY_NAMES = {
    "step": "training step",
    "seconds": "seconds of training",
    "loss": "loss",
    "loss_fresh": "loss on points not trained on",
    "points": "collocation points of the equations",
}


def write_solution(path: Path, field: Field) -> None:
    """Write a field; the file is replaced as a whole.

    Args:
        path: The file.
        field: What to write.
    """
    write_bytes(path, solution_bytes(field))


def solution_bytes(field: Field) -> bytes:
    """What a file holds that `write_solution` writes."""
    return sealed(hdf5_bytes(lambda file: _fill(file, field), _LIBRARY_VERSIONS))


def read_solution(path: Path, within: Path | None = None) -> Field:
    """Read what `write_solution` wrote; nothing of it is executed, followed or believed.

    Args:
        path: The file.
        within: The folder that it must lie in, once links are followed; None where the user names
            the file itself.

    Returns:
        The field.

    Raises:
        RunFolderError: If the file is missing, is damaged or is not a solution.
    """
    if not os.path.lexists(path):
        raise RunFolderError(f"there is no solution file {path}")
    with opened_hdf5(path, within) as file:
        try:
            return _read_field(file)
        except Exception as error:  # the library of HDF5 raises anything on damaged files
            if is_lack_of_memory(error):
                raise
            raise RunFolderError(
                f"{path} is not a solution of this package ({one_line(error)})"
            ) from error


def root_attributes(field: Field) -> dict[str, str | int | float]:
    """All that a file says of a run and of its layout, by the names of its attributes."""
    facts = {key: value for key, value in field.attributes.items() if key not in _LAYOUT}
    attributes = _conventions(facts) | facts
    attributes["coordinate_names"] = " ".join(field.coordinates)
    attributes["column_names"] = " ".join(field.column_names)
    attributes["unknowns"] = " ".join(field.grid.values)
    attributes["has_time"] = int(field.has_time)
    if field.solution_parameters:
        attributes["solution_parameters"] = " ".join(field.solution_parameters)
    attributes["format"] = FORMAT
    for unknown in field.relative_l2:
        attributes[f"relative_l2_{unknown}"] = field.relative_l2[unknown]
        attributes[f"relative_l1_{unknown}"] = field.relative_l1[unknown]
        attributes[f"max_error_{unknown}"] = field.max_error[unknown]
    for unknown, error in field.relative_to_variation.items():
        attributes[f"relative_to_variation_{unknown}"] = error
    for unknown in field.disagreement:
        attributes[f"disagreement_{unknown}"] = field.disagreement[unknown]
        attributes[f"max_disagreement_{unknown}"] = field.max_disagreement[unknown]
    return attributes


def _conventions(facts: Mapping[str, str | int | float]) -> dict[str, str | int | float]:
    """What CF asks every file for."""
    problem, network = facts.get("problem", "a problem"), facts.get("network", "a network")
    try:
        version = json.loads(str(facts.get("versions", "{}"))).get("pinn_metakan", "")
    except (ValueError, AttributeError):  # an attribute of another program
        version = ""
    program = f"pinn_metakan {version}".strip()
    return {
        "Conventions": _CONVENTIONS,
        "title": f"{problem}, solved by {network}",
        "source": f"{program}: a physics-informed network, {network}",
        "history": f"solved by {program}, seed {facts.get('seed', 'unknown')}",
    }


def _fill(file: h5py.File, field: Field) -> None:
    write_attributes(file, root_attributes(field))
    _write_variables(file, list(variables_of(field.grid, field)))
    if field.slice is not None:
        group = file.create_group("slice")
        _write_variables(group, list(variables_of(field.slice, field)))
    if field.mesh is not None:
        group = file.create_group("mesh")
        _write_variables(group, list(variables_of_mesh(field.mesh, field)))
    history = file.create_group("history")
    _write_columns(history, field.history)
    for layer in field.activations:
        write_layer(file.create_group(f"activations/layer_{layer.number}"), layer)
    note_checksums(file)


def _write_variables(group: h5py.Group, variables: list[Variable]) -> None:
    where = " ".join(v.name for v in variables if v.is_coordinate and not v.is_dimension)
    for variable in variables:
        dataset = group.create_dataset(variable.name, data=np.ascontiguousarray(variable.values))
        if variable.is_dimension:
            dataset.make_scale(variable.name)
        write_attributes(dataset, variable.attributes)
        if where and not variable.is_coordinate:
            dataset.attrs["coordinates"] = where
    for variable in variables:
        if not variable.is_dimension:
            dimensions = group[variable.name].dims
            for dimension, name in zip(dimensions, variable.dimensions, strict=True):
                dimension.attach_scale(group[name])


def _write_columns(group: h5py.Group, columns: Mapping[str, Array]) -> None:
    for name, values in columns.items():
        is_whole = name == "step" and bool(np.all(values == np.floor(values)))
        group.create_dataset(name, data=values.astype(np.int64) if is_whole else values)
        called = _HISTORY_NAMES.get(name, name.replace("_", " "))
        describe(group[name], _HISTORY_UNITS.get(name, "-"), called)
    group["step"].make_scale("step")
    for name in columns:
        if name != "step":
            group[name].dims[0].attach_scale(group["step"])


def _read_field(file: PlainGroup) -> Field:
    attributes = file.facts()
    FACTS.check(attributes, "attributes")
    attributes.pop(CHECKSUMS, None)
    names = attributes["coordinate_names" if "coordinate_names" in attributes else "coordinates"]
    coordinates, unknowns = tuple(str(names).split()), tuple(str(attributes["unknowns"]).split())
    columns = tuple(str(attributes.get("column_names", names)).split())
    plane = file.group("slice") if "slice" in file else None
    described = {
        name: facts
        for group in (file, *([] if plane is None else [plane]))
        for name in (*coordinates, *columns, *axis_names(group, unknowns, columns), *unknowns)
        if name in group and "units" in (facts := group.facts(name))
    }
    units = {name: written_unit(facts) for name, facts in described.items()}
    long_names = {name: str(facts["long_name"]) for name, facts in described.items()}
    if len(columns) > len(coordinates) and columns[0] in units:  # a vector, by its components
        units[coordinates[0]] = units[columns[0]]
    grid = read_grid(file, unknowns, columns)
    plane_field = None if plane is None else read_grid(plane, unknowns, columns)
    mesh = read_mesh(file.group("mesh"), unknowns, columns) if "mesh" in file else None
    # xarray keeps the groups of a file only where all of it is copied.
    stored = file.group("history") if "history" in file else None
    history = {} if stored is None else {name: stored.array(name) for name in stored}
    activations = read_layers(file.group("activations")) if "activations" in file else ()
    n_columns = len(columns) if "column_names" in attributes else None  # not in format 1
    refuse_misfit(grid, plane_field, mesh, history, activations, n_columns)
    return Field(
        grid=grid,
        coordinates=coordinates,
        units=units,
        long_names=long_names,
        history=history,
        attributes=attributes,
        slice=plane_field,
        has_time=bool(attributes["has_time"]),
        activations=activations,
        solution_parameters=tuple(str(attributes.get("solution_parameters", "")).split()),
        mesh=mesh,
    )
