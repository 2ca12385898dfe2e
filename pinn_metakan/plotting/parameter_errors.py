"""The figure of errors over the values of parameters that a problem is solved for."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.errors import UserError
from pinn_metakan.plotting.style import STYLE, axis_label, headline, wrapped
from pinn_metakan.results.field import Field
from pinn_metakan.results.parameter_errors import ParameterErrors, parameter_errors

_PANEL = (6.4, 4.2)


def parameter_errors_figure(field: Field) -> Figure:
    """Draw the relative L2 error of each unknown against each parameter, the largest one marked.

    Args:
        field: What was computed.

    Returns:
        The figure.

    Raises:
        UserError: If there is no parameter, no reference, or no product grid.
    """
    found = parameter_errors(field)
    if not found:
        raise UserError(
            "errors over a parameter need a problem with solution_parameters and a reference, on a "
            "product grid"
        )
    with mpl.rc_context(STYLE):
        size = (_PANEL[0] * len(found), _PANEL[1])
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(1, len(found), squeeze=False)[0]
        for panel, errors in zip(panels, found, strict=True):
            _draw(panel, field, errors)
        figure.suptitle(wrapped(headline(field), size[0]), fontsize=12)
    return figure


def _draw(panel: Axes, field: Field, errors: ParameterErrors) -> None:
    for unknown, column in errors.relative_l2.items():
        is_shown = np.isfinite(column) & (column > 0)
        label = axis_label(field, unknown).rpartition(" [")[0]
        (line,) = panel.plot(errors.values[is_shown], column[is_shown], "o-", ms=4, label=label)
        worst = errors.worst(unknown)
        if worst is not None:
            panel.plot(*worst, "o", ms=11, mfc="none", mec=line.get_color())
    panel.plot([], [], "o", ms=11, mfc="none", mec="gray", label="largest")
    panel.set_xlabel(axis_label(field, errors.parameter))
    panel.set(ylabel="relative L2 error", yscale="log")
    panel.set_xscale("log" if errors.is_logarithmic else "linear")
    panel.grid(alpha=0.3, which="both")
    panel.legend(frameon=False)
