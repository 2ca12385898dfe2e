"""Figures of curves over a size, as benchmarks draw them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from pinn_metakan.plotting.style import STYLE

#: Panels side by side in a figure.
_COLUMNS = 2
_PANEL_SIZE = (5.6, 3.9)


@dataclass(frozen=True)
class Curve:
    """Values over a size.

    Args:
        sizes: Numbers, or names, which are drawn at equal distances.
        values: Positive, one for each size.
        lowest: Where their spread begins; none drawn if empty.
        highest: Where it ends.
    """

    sizes: Sequence[float | str]
    values: Sequence[float]
    lowest: Sequence[float] = ()
    highest: Sequence[float] = ()


@dataclass(frozen=True)
class Panel:
    """One pair of axes.

    Args:
        title: What it shows.
        across: Label of the horizontal axis, with its unit.
        up: Label of the vertical axis, with its unit.
        curves: By their names in the legend.
        marks: Vertical lines by their names.
    """

    title: str
    across: str
    up: str
    curves: Mapping[str, Curve]
    marks: Mapping[str, float] = field(default_factory=dict)


def curves_figure(title: str, panels: Sequence[Panel]) -> Figure:
    """Draw panels of curves with logarithmic axes; sizes that are names are drawn side by side.

    Args:
        title: Of the figure.
        panels: From left to right, then down.

    Returns:
        The figure.
    """
    rows = -(-len(panels) // _COLUMNS)
    width, height = _PANEL_SIZE
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width * _COLUMNS, height * rows + 0.4), layout="constrained")
        axes = list(figure.subplots(rows, _COLUMNS, squeeze=False).flat)
        for axis, panel in zip(axes, panels, strict=False):
            sizes = list(dict.fromkeys(s for curve in panel.curves.values() for s in curve.sizes))
            has_names = any(isinstance(size, str) for size in sizes)
            places = {size: float(k if has_names else size) for k, size in enumerate(sizes)}
            for number, (name, curve) in enumerate(panel.curves.items()):
                x = np.array([places[size] for size in curve.sizes])
                color = f"C{number}"
                if len(curve.lowest):
                    low, high = np.array(curve.lowest), np.array(curve.highest)
                    y = np.array(curve.values)
                    axis.errorbar(
                        x, y, [y - low, high - y], fmt="none", ecolor=color, capsize=3, alpha=0.6
                    )
                line = "" if has_names else "-"
                # Later curves are smaller, so that those that coincide all show.
                axis.plot(
                    x, curve.values, marker="o", linestyle=line, color=color, label=name,
                    markersize=max(3.0, 9.0 - 2 * number), linewidth=max(1.0, 2.6 - 0.5 * number),
                )  # fmt: skip
            for number, (name, place) in enumerate(panel.marks.items()):
                axis.axvline(place, color="0.4", linestyle=(":", "--")[number % 2], label=name)
            axis.set_yscale("log")
            if not has_names:
                axis.set_xscale("log", base=2)
                axis.xaxis.set_minor_locator(NullLocator())
            axis.set_xticks([places[size] for size in sizes], [f"{size}" for size in sizes])
            axis.xaxis.set_minor_formatter(NullFormatter())
            axis.set_xlabel(panel.across)
            axis.set_ylabel(panel.up)
            axis.set_title(panel.title)
            axis.grid(alpha=0.3)
            if len(panel.curves) + len(panel.marks) > 1:
                axis.legend(fontsize=9)
        for axis in axes[len(panels) :]:
            axis.set_axis_off()
        figure.suptitle(title, fontsize=12)
    return figure
