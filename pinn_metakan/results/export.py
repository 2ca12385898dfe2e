"""Fields in the formats of other programs, by the name of the format."""

from collections.abc import Callable
from pathlib import Path

from pinn_metakan.errors import UserError, look_up
from pinn_metakan.results.field import Field
from pinn_metakan.results.hdf5 import write_solution
from pinn_metakan.results.table import columns_of, write_table
from pinn_metakan.results.vtkhdf import write_vtkhdf


def _write_csv(path: Path, field: Field) -> None:
    write_table(path, columns_of(field))


#: What writes each format; the name is the suffix of the file.
FORMATS: dict[str, Callable[[Path, Field], None]] = {
    "vtkhdf": write_vtkhdf,
    "nc": write_solution,
    "csv": _write_csv,
}


def export_field(path: Path, field: Field, kind: str) -> None:
    """Write a field in a format.

    Args:
        path: The file.
        field: The field.
        kind: A key of `FORMATS`.

    Raises:
        LookupError: If there is no such format.
        UserError: If the file cannot be written there.
    """
    write = look_up(FORMATS, kind, "format")
    if not path.absolute().parent.is_dir():
        raise UserError(f"there is no folder {path.parent}")
    if path.is_dir():
        raise UserError(f"{path} is a folder; name a file")
    write(path, field)
