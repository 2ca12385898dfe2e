"""Tables of numbers with named columns: fields as tables, and files of comma-separated values."""

import csv
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pinn_metakan.errors import UserError
from pinn_metakan.files import write_text
from pinn_metakan.results.field import Field
from pinn_metakan.results.metrics import Array
from pinn_metakan.results.variables import variables_of


def columns_of(field: Field) -> dict[str, Array]:
    """Lay a field out as a table with one row for each point of the domain.

    Args:
        field: The field.

    Returns:
        Coordinates, then the fields as `Solution` names them, (M,) each; the last coordinate
        changes fastest. Points of the grid outside the domain are left out.
    """
    grid = field.grid
    names = field.column_names
    if grid.points is None:
        meshes = np.meshgrid(*(grid.axes[name] for name in names), indexing="ij")
        coordinates = dict(zip(names, (mesh.ravel() for mesh in meshes), strict=True))
    else:
        coordinates = dict(zip(names, grid.points.T, strict=True))
    fields = {v.name: v.values.T.ravel() for v in variables_of(grid, field) if not v.is_coordinate}
    is_inside = ~np.all([np.isnan(fields[name]) for name in grid.values], axis=0)
    return {name: values[is_inside] for name, values in (coordinates | fields).items()}


def table_text(columns: Mapping[str, Array]) -> str:
    """Write columns as comma-separated values, with every digit.

    Args:
        columns: (M,) each.

    Returns:
        A line of names and M lines of numbers.
    """
    lines = [",".join(columns)]
    lines += [
        ",".join(map(repr, row))
        for row in zip(*(c.tolist() for c in columns.values()), strict=True)
    ]
    return "\n".join(lines) + "\n"


def write_table(path: Path, columns: Mapping[str, Array]) -> None:
    """Write columns to a file of comma-separated values.

    Args:
        path: The file; it is replaced as a whole.
        columns: (M,) each.

    Raises:
        UserError: If it cannot be written.
    """
    try:
        write_text(path, table_text(columns))
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from error


def read_table(path: Path) -> dict[str, Array]:
    """Read a file of comma-separated values whose first line names the columns.

    Args:
        path: The file.

    Returns:
        Columns of numbers, (M,) each; an empty cell is NaN.

    Raises:
        UserError: If it cannot be read, or a cell is no number.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"cannot read {path}: {error}") from error
    if len(rows) < 2:
        raise UserError(f"{path} has no rows; expected a line of names and lines of numbers")
    names = [name.strip() for name in rows[0]]
    columns: dict[str, list[float]] = {name: [] for name in names}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(names):
            raise UserError(f"{path}, row {number}: {len(row)} cells, expected {len(names)}")
        for name, cell in zip(names, row, strict=True):
            columns[name].append(_number(path, number, name, cell))
    return {name: np.array(values) for name, values in columns.items()}


def _number(path: Path, row: int, name: str, cell: str) -> float:
    try:
        return float(cell) if cell.strip() else math.nan
    except ValueError:
        raise UserError(f"{path}, row {row}: {name} is {cell!r}, expected a number") from None
