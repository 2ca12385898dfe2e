"""Fields as data sets of xarray and tables of pandas, where these are installed."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from pinn_metakan.errors import UserError
from pinn_metakan.results.field import Field
from pinn_metakan.results.hdf5 import root_attributes
from pinn_metakan.results.table import columns_of
from pinn_metakan.results.variables import variables_of

if TYPE_CHECKING:
    import pandas
    import xarray


def dataset_of(field: Field) -> "xarray.Dataset":
    """Turn a field into what ``xarray.open_dataset`` makes of its file.

    Args:
        field: The field.

    Returns:
        The data set, with copies of the numbers.
    """
    xarray = _optional("xarray")
    variables = list(variables_of(field.grid, field))
    arrays = {v.name: (v.dimensions, v.values.copy(), dict(v.attributes)) for v in variables}
    coordinates = {v.name for v in variables if v.is_coordinate}
    return xarray.Dataset(
        {name: array for name, array in arrays.items() if name not in coordinates},
        {name: array for name, array in arrays.items() if name in coordinates},
        root_attributes(field),
    )


def dataframe_of(field: Field) -> "pandas.DataFrame":
    """Turn a field into a table with one row for each point of the domain.

    Args:
        field: The field.

    Returns:
        Columns for the coordinates and the fields.
    """
    return _optional("pandas").DataFrame(columns_of(field))


def _optional(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise UserError(f"{name} is not installed: pip install 'pinn_metakan[data]'") from error
