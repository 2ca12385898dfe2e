"""Which layers a figure shows: all that says how good a solution is, or those asked for."""

from collections.abc import Sequence

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.cuts import drawn_grid
from pinn_metakan.plotting.layers import Layer, layers_of, residual_layers
from pinn_metakan.results.field import Field

#: Residuals of several equations stand side by side, at most so many.
_RESIDUALS = 4


def all_rows(field: Field) -> list[list[Layer]]:
    """What is shown unless something is asked for.

    Args:
        field: What was computed.

    Returns:
        A row of layers per unknown. Where one has no reference, the residuals of the equations too:
        in the row of the unknown if there is only one, in rows of their own otherwise.
    """
    grid = drawn_grid(field)
    rows = [layers_of(field, grid, unknown) for unknown in grid.values]
    if set(grid.references) == set(grid.values):
        return rows
    residuals = residual_layers(field, grid)
    if len(rows) == 1 and len(residuals) < _RESIDUALS:
        return [[*rows[0], *residuals]]
    ends = range(0, len(residuals), _RESIDUALS)
    return rows + [residuals[first : first + _RESIDUALS] for first in ends]


def chosen_rows(field: Field, names: Sequence[str]) -> list[list[Layer]]:
    """What is shown of the fields that are asked for.

    Args:
        field: What was computed.
        names: Unknowns, whose rows are shown, or names of single fields.

    Returns:
        A row of layers per unknown and per single field.

    Raises:
        UserError: If there is no field of such a name.
    """
    grid = drawn_grid(field)
    return [
        layers_of(field, grid, name) if name in grid.values else [named_layer(field, name)]
        for name in names
    ]


def named_layer(field: Field, name: str) -> Layer:
    """The field of a name.

    Args:
        field: What was computed.
        name: As in solution.h5, or ``u_log_error``.

    Returns:
        The layer.

    Raises:
        UserError: If there is none.
    """
    grid = drawn_grid(field)
    rows = [layers_of(field, grid, unknown) for unknown in grid.values]
    layers = {layer.name: layer for row in [*rows, residual_layers(field, grid)] for layer in row}
    if name not in layers:
        raise UserError(f"no field {name!r}; there are {', '.join(layers)}")
    return layers[name]
