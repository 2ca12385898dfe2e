"""One field on axes of the user's own."""

from collections.abc import Mapping
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.cuts import cuts_of, drawn_grid, fixed_nodes, free_axes, parameters_at
from pinn_metakan.plotting.lines import draw_lines
from pinn_metakan.plotting.maps import draw_map
from pinn_metakan.plotting.places import place_label
from pinn_metakan.plotting.selection import named_layer
from pinn_metakan.results.field import Field


def draw_field(
    axis: Axes, field: Field, name: str | None = None, at: Mapping[str, float] | None = None
) -> Figure:
    """Draw one field: a curve, or a map with its color bar.

    Args:
        axis: Where.
        field: What was computed.
        name: Such as ``u``, ``u_error``, ``u_log_error`` or ``residual_heat``; the only unknown
            unless given.
        at: Values of coordinates to cut at, by name; the nearest nodes of the grid are drawn.
            Parameters that are not given have their middle value.

    Returns:
        The figure that the axes are in.

    Raises:
        UserError: If there is no such field or coordinate, a value lies outside, or more than two
            axes are left.
    """
    unknowns = list(drawn_grid(field).values)
    if name is None and len(unknowns) > 1:
        raise UserError(f"axes show one field; name it: {', '.join(unknowns)}, or another one")
    layer = named_layer(field, name or unknowns[0])
    nodes = fixed_nodes(field, at or {})
    nodes |= parameters_at(field, nodes)
    free = free_axes(field, nodes)
    if len(free) > 2:
        raise UserError(
            f"{layer.name} has the axes {', '.join(free)}, a map has two: fix others, such as "
            f"at={{{free[-1]!r}: ...}}"
        )
    (cut,) = cuts_of(field, nodes, layer.values)
    figure = cast(Figure, axis.figure)
    if len(free) == 1:
        draw_lines(axis, field, cut, [layer])
    else:
        drawn = draw_map(axis, field, cut, layer, layer.limits([cut.shown(layer)]))
        figure.colorbar(drawn.mesh, ax=axis, label=layer.label)
    place = place_label(field, cut.place)
    axis.set_title(f"{layer.title}, {place}" if place else layer.title)
    return figure
