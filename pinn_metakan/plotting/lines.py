"""Lines: a cut with one axis, as curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from pinn_metakan.plotting.cuts import Cut
from pinn_metakan.plotting.layers import NO_ERROR, Kind, Layer
from pinn_metakan.plotting.maps import mark_largest
from pinn_metakan.plotting.style import axis_label
from pinn_metakan.results.field import Field
from pinn_metakan.results.metrics import Array

_COLORS = {
    Kind.FIELD: "tab:blue",
    Kind.SIGNED: "tab:red",
    Kind.DISTANCE: "tab:purple",
    Kind.LOGARITHM: "tab:red",
}
#: How a reference is drawn over what it is compared with, so that both are seen where they agree.
REFERENCE_STYLE: dict[str, Any] = {
    "color": "black",
    "linestyle": (0, (4, 3)),
    "linewidth": 1.2,
    "zorder": 3,
}
#: Width of the curve below [points].
SOLUTION_WIDTH = 2.8


@dataclass(frozen=True)
class Curve:
    """A drawn curve, whose values can be replaced.

    Args:
        line: What is drawn.
        layer: The layer that it shows.
    """

    line: Line2D
    layer: Layer

    def show(self, values: Array) -> None:
        """Show other values of the layer, shape (across,)."""
        self.line.set_ydata(on_axis(self.layer, values))


def draw_lines(axis: Axes, field: Field, cut: Cut, layers: Sequence[Layer]) -> list[Curve]:
    """Draw the layers of one group on a cut with one axis.

    Args:
        axis: Where.
        field: It has names and units.
        cut: What part of it.
        layers: The solution alone or with its reference, or one layer of another kind.

    Returns:
        A curve per layer.
    """
    (across,) = cut.axes
    curves: list[Curve] = []
    for layer in layers:
        values = on_axis(layer, cut.of(layer.values))
        if layer.kind is Kind.LOGARITHM:
            axis.set_yscale("log")
            _keep_in_sight(axis, values)
        width = SOLUTION_WIDTH if len(layers) > 1 else SOLUTION_WIDTH / 2
        style: dict[str, Any] = {"color": _COLORS[layer.kind], "linewidth": width}
        style = REFERENCE_STYLE if layer.title == "reference" else style
        (line,) = axis.plot(across, values, label=layer.title, **style)
        curves.append(Curve(line, layer))
        if layer.marks_largest and np.isfinite(values).any():
            node = int(np.nanargmax(values))
            mark_largest(axis, float(across[node]), float(values[node]))
    axis.set_xlabel(axis_label(field, cut.kept[0]))
    first = layers[0]
    axis.set_ylabel(as_curve(first.label))
    axis.grid(alpha=0.3)
    if len(layers) > 1:
        axis.legend(fontsize=9)
    return curves


def on_axis(layer: Layer, values: Array) -> Array:
    """Values of a layer as a curve has them: its axis is logarithmic, not its values."""
    return 10.0**values if layer.kind is Kind.LOGARITHM else values


def as_curve(text: str) -> str:
    """What is said of a map of logarithms, said of a curve."""
    return text.replace("log10 ", "")


def _keep_in_sight(axis: Axes, values: Array) -> None:
    """Leave out the decades that only errors of exactly zero, as at a boundary, would need."""
    positive = values[np.isfinite(values) & (values > 10 * NO_ERROR)]
    if positive.size:
        axis.set_ylim(float(positive.min()) / 2, float(positive.max()) * 3)
