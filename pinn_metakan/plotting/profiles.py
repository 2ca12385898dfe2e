"""The figure of profiles: a solution along one coordinate at several times."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.cuts import (
    Cut,
    drawn_grid,
    fixed_nodes,
    free_axes,
    parameters_at,
    time_nodes,
)
from pinn_metakan.plotting.lines import REFERENCE_STYLE, SOLUTION_WIDTH
from pinn_metakan.plotting.places import place_label, plane_note
from pinn_metakan.plotting.style import STYLE, axis_label, headline, wrapped
from pinn_metakan.results.field import Field

_WHAT = "profiles are of one coordinate at several times"


def has_profiles(field: Field) -> bool:
    """Whether a field has one coordinate besides time."""
    return field.has_time and len(free_axes(field, {})) == 2


#: Half the width of a band that holds 95 % [standard errors].
_NORMAL = 1.96


def profiles_figure(field: Field, at: Mapping[str, float] | None = None) -> Figure:
    """Draw a solution and its reference along one coordinate at several times.

    Args:
        field: What was computed.
        at: Values of the other coordinates by name; the nearest nodes of the grid are drawn.
            Parameters that are not given have their middle value.

    Returns:
        The figure.

    Raises:
        UserError: If there is no time, or not one other coordinate that is left free.
    """
    nodes = fixed_nodes(field, at or {})
    nodes |= parameters_at(field, nodes)
    free = [name for name in free_axes(field, nodes) if name != field.time]
    if field.time is None:
        raise UserError(f"{_WHAT}; there is no time to draw them at")
    if field.time in nodes:
        raise UserError(f"{_WHAT}: leave {field.time} free")
    if not free:
        raise UserError(f"{_WHAT}: leave {field.time} and another one free")
    if len(free) > 1:
        raise UserError(
            f"{_WHAT}: leave {field.time} and one of {', '.join(free)} free, and fix the others, "
            f"such as at={{{free[0]!r}: ...}}"
        )
    grid, (space,) = drawn_grid(field), free
    times = grid.axes[field.time]
    unknowns = list(grid.values)
    moments = time_nodes(times)
    notes = [headline(field), plane_note(field)]
    notes.append(place_label(field, Cut(grid, (space, field.time), nodes).place))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.5, 3.6 * len(unknowns) + 0.4), layout="constrained")
        axes = figure.subplots(len(unknowns), 1, squeeze=False, sharex=True)[:, 0]
        colors = mpl.colormaps["cool"](np.linspace(0.0, 1.0, len(moments)))
        for axis, unknown in zip(axes, unknowns, strict=True):
            for moment, color in zip(moments, colors, strict=True):
                cut = Cut(grid, (space,), {**nodes, field.time: moment})
                label = place_label(field, {field.time: float(times[moment])})
                values = cut.of(grid.values[unknown])
                axis.plot(*cut.axes, values, color=color, label=label, linewidth=SOLUTION_WIDTH)
                if unknown in grid.standard_errors:
                    half = _NORMAL * cut.of(grid.standard_errors[unknown])
                    band = {"color": color, "alpha": 0.25, "linewidth": 0}
                    axis.fill_between(*cut.axes, values - half, values + half, **band)
                if unknown in grid.references:
                    axis.plot(*cut.axes, cut.of(grid.references[unknown]), **REFERENCE_STYLE)
            if unknown in grid.references:
                axis.plot([], [], label="reference", **REFERENCE_STYLE)
            axis.set_ylabel(axis_label(field, unknown))
            axis.grid(alpha=0.3)
        axes[0].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
        axes[-1].set_xlabel(axis_label(field, space))
        figure.suptitle(wrapped("; ".join(filter(None, notes)), 8.5), fontsize=12)
    return figure
