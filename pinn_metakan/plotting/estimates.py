"""The figure of unknown numbers: their values against steps, with the interval at the end."""

import math

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.style import STYLE, drawable, headline, wrapped
from pinn_metakan.results.estimates import Estimate, estimates_of
from pinn_metakan.results.field import Field

#: Size of the panel of one number [inch].
_WIDTH, _HEIGHT = 4.4, 3.4
#: Values of one sign that change by more than this factor are drawn on a logarithmic axis.
_MANY = 20.0
_PREFIX = "estimate_"


def has_estimates(field: Field) -> bool:
    """Whether there are unknown numbers."""
    return bool(estimates_of(field.attributes).numbers)


def estimates_figure(field: Field) -> Figure:
    """Draw the value of each unknown number against steps.

    The interval that holds it with 95 % is drawn at the end, and the true value where the problem
    states it.

    Args:
        field: It has the history.

    Returns:
        The figure.
    """
    numbers = estimates_of(field.attributes).numbers
    with mpl.rc_context(STYLE):
        columns = min(len(numbers), 3)
        rows = -(-len(numbers) // columns)
        size = (max(_WIDTH * columns, 6.0), _HEIGHT * rows + 0.4)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).flatten()
        for axis, (name, number) in zip(axes, numbers.items(), strict=False):
            _draw(axis, field, name, number)
        for axis in axes[len(numbers) :]:
            axis.set_axis_off()
        figure.suptitle(wrapped(headline(field), size[0]), fontsize=12)
    return figure


def _draw(axis: Axes, field: Field, name: str, number: Estimate) -> None:
    steps = field.history["step"]
    values = field.history.get(f"{_PREFIX}{name}", np.full_like(steps, np.nan))
    known = values[np.isfinite(values)]
    axis.plot(steps, values, marker=".", color="tab:blue", label=f"{name} in training")
    if math.isfinite(number.true):
        axis.axhline(number.true, color="black", linestyle="--", linewidth=1.0, label="true value")
    last = float(steps[-1]) if len(steps) else 0.0
    if math.isfinite(number.standard_error):
        ends = np.array([[number.value - number.low], [number.high - number.value]])
        axis.errorbar(
            [last], [number.value], yerr=ends, color="tab:red", marker="o", markersize=4,
            capsize=5, linestyle="", label="estimate, 95 %",
        )  # fmt: skip
        axis.axhspan(number.low, number.high, color="tab:red", alpha=0.12, linewidth=0)
    everything = [*known.tolist(), number.value]
    if min(everything) > 0 and max(everything) > _MANY * min(everything):
        axis.set_yscale("log")
    axis.set_xlabel("step")
    axis.set_ylabel(f"{name} [{drawable(number.unit)}]")
    axis.set_title(number.line(name), fontsize=9)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
