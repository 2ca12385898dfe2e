"""The figure of unknown functions: what was found, its band, and the true function."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.style import STYLE, axis_label, drawable, headline, wrapped
from pinn_metakan.results.field import Field
from pinn_metakan.results.found_function import FoundFunction
from pinn_metakan.results.found_functions import functions_of

#: Size of the panel of one function [inch].
_WIDTH, _HEIGHT = 5.6, 4.0


def has_functions(field: Field) -> bool:
    """Whether there are unknown functions."""
    return bool(functions_of(field.attributes))


def functions_figure(field: Field) -> Figure:
    """Draw each unknown function over what the field visits, with the band of 95 %.

    A function of two arguments is drawn as a map, with its standard error beside it.

    Args:
        field: What was computed.

    Returns:
        The figure.
    """
    functions = functions_of(field.attributes).values()
    panels = [
        (found, what)
        for found in functions
        for what in (("curve",) if len(found.of) == 1 else ("value", "error"))
        if len(found.of) <= 2
    ]
    with mpl.rc_context(STYLE):
        columns = min(max(len(panels), 1), 2)
        rows = -(-max(len(panels), 1) // columns)
        size = (_WIDTH * columns + 1.0, _HEIGHT * rows + 0.6)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).flatten()
        for axis, (found, what) in zip(axes, panels, strict=False):
            if what == "curve":
                draw_function(axis, field, found)
            else:
                _draw_map(figure, axis, field, found, what)
        for axis in axes[len(panels) :]:
            axis.set_axis_off()
        figure.suptitle(wrapped(headline(field), size[0]), fontsize=12)
    return figure


def draw_function(axis: Axes, field: Field, found: FoundFunction) -> None:
    """Draw a function of one argument with its band.

    Args:
        axis: Where.
        field: It has names and units of arguments.
        found: The function.
    """
    x = found.arguments[:, 0]
    if np.isfinite(found.standard_errors).all():
        axis.fill_between(
            x, found.low, found.high, color="tab:red", alpha=0.2, linewidth=0, label="95 %"
        )
    axis.plot(x, found.values, color="tab:red", label=f"{found.call} found")
    if np.isfinite(found.true).all():
        axis.plot(x, found.true, color="black", linestyle="--", linewidth=1.2, label="true")
    lines = np.concatenate([found.values, found.true[np.isfinite(found.true)]])
    low, high = float(lines.min()), float(lines.max())
    room = max(high - low, 0.05 * abs(high)) or 1.0
    bottom, top = axis.get_ylim()
    # A band that is much wider than the function at the ends would hide it.
    axis.set_ylim(max(bottom, low - room), min(top, high + room))
    axis.set_xlabel(axis_label(field, found.of[0]))
    axis.set_ylabel(f"{found.call} [{drawable(found.unit)}]")
    if found.formula is not None:
        title = f"{found.call} = {found.formula.text}"
        axis.set_title(f"{title}\n{found.formula.kind}, {found.formula.fit}", fontsize=9)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=9)


def _draw_map(figure: Figure, axis: Axes, field: Field, found: FoundFunction, what: str) -> None:
    """Draw a function of two arguments, or its standard error."""
    first, second = (np.unique(column) for column in found.arguments.T)
    values = found.values if what == "value" else found.standard_errors
    picture = axis.pcolormesh(first, second, values.reshape(len(first), -1).T, shading="gouraud")
    named = found.call if what == "value" else f"standard error of {found.call}"
    figure.colorbar(picture, ax=axis, label=f"{named} [{drawable(found.unit)}]")
    axis.set_xlabel(axis_label(field, found.of[0]))
    axis.set_ylabel(axis_label(field, found.of[1]))
