"""Figures of a comparison: histories of all runs, and where others differ from the first."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from pinn_metakan.plotting.figure_files import write_figures
from pinn_metakan.plotting.style import STYLE, axis_label, drawable
from pinn_metakan.results.comparison import Comparison, Difference
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.metrics import Array

#: Files that `draw_comparison` may write.
FIGURES = ("history.png", "difference.png")
_COLORS = "magma_r"
#: Orders of magnitude below the largest difference that are told apart.
_DECADES = 4
_PANEL = (5.4, 4.0)


def draw_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Draw the figures of a comparison into a folder.

    Args:
        comparison: What was compared.
        folder: Where the figures go; it exists.

    Returns:
        The files: ``history.png`` where there is more than one run, and ``difference.png`` where
        solutions are on one grid.
    """
    figures = {}
    if sum(entry.field is not None for entry in comparison.entries) > 1:
        figures["history"] = history_figure(comparison)
    if any(found.grid is not None for found in comparison.differences):
        figures["difference"] = difference_figure(comparison)
    return write_figures(figures, folder)


def history_figure(comparison: Comparison) -> Figure:
    """Draw loss and errors of all runs over their seconds of training.

    Args:
        comparison: What was compared.

    Returns:
        The figure.
    """
    runs = {entry.name: entry.field for entry in comparison.entries if entry.field is not None}
    unknowns = [f"relative_l2_{name}" for name in comparison.first.grid.values]
    columns = ["loss", *(c for c in unknowns if any(c in run.history for run in runs.values()))]
    with mpl.rc_context(STYLE):
        size = (_PANEL[0] * len(columns), _PANEL[1])
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(1, len(columns), squeeze=False)[0]
        for panel, column in zip(panels, columns, strict=True):
            for name, run in runs.items():
                _draw_history(panel, run, column, name)
            label = column.replace("relative_l2_", "relative L2 error of ")
            panel.set(xlabel="training time [s]", ylabel=label, yscale="log")
            panel.grid(alpha=0.3)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def difference_figure(comparison: Comparison) -> Figure:
    """Draw |u_2 - u_1| on the grid of the first run, or in the middle plane of more coordinates.

    Args:
        comparison: What was compared.

    Returns:
        The figure.
    """
    drawn = [found for found in comparison.differences if found.grid is not None]
    with mpl.rc_context(STYLE):
        size = (_PANEL[0] * len(drawn), _PANEL[1])
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(1, len(drawn), squeeze=False)[0]
        for panel, found in zip(panels, drawn, strict=True):
            assert found.grid is not None
            _draw_difference(figure, panel, comparison.first, found, found.grid)
        figure.suptitle(f"distance from {drawable(comparison.entries[0].name)}")
    return figure


def _draw_history(panel: Axes, run: Field, column: str, name: str) -> None:
    values = run.history.get(column, np.empty(0))
    seconds = run.history.get("seconds", np.empty(0))
    is_shown = np.isfinite(values) & (values > 0)
    style = "." if is_shown.sum() == 1 else "-"
    panel.plot(seconds[is_shown], values[is_shown], style, label=drawable(name))


def _draw_difference(
    figure: Figure, panel: Axes, first: Field, found: Difference, grid: FieldOnGrid
) -> None:
    axes, values, plane = _plane_of(first, grid, grid.values[found.unknown])
    label = axis_label(first, found.unknown, ", distance")
    names = list(axes)
    largest = float(np.nanmax(values)) or 1.0
    panel.set_title(f"{drawable(found.name)}{plane}\nlargest {found.largest:.1e}", fontsize=10)
    panel.set_xlabel(axis_label(first, names[0]))
    if len(names) == 1:
        panel.semilogy(axes[names[0]], np.maximum(values, largest / 10**_DECADES))
        panel.set_ylabel(label)
        return
    scale = LogNorm(largest / 10**_DECADES, largest)
    shown = np.maximum(values, largest / 10**_DECADES)
    image = panel.pcolormesh(
        axes[names[0]], axes[names[1]], shown.T, norm=scale, cmap=_COLORS, shading="nearest",
        rasterized=True,
    )  # fmt: skip
    panel.set_ylabel(axis_label(first, names[1]))
    figure.colorbar(image, ax=panel, label=label, extend="min")


def _plane_of(
    first: Field, grid: FieldOnGrid, values: Array
) -> tuple[dict[str, Array], Array, str]:
    """At most two axes: of more, the plane through the largest distance."""
    names = list(grid.axes)
    if len(names) <= 2:
        return dict(grid.axes), values, ""
    kept = [names[0], names[-1] if first.has_time else names[1]]
    worst = np.unravel_index(int(np.nanargmax(values)), values.shape)
    index = tuple(
        slice(None) if name in kept else int(place)
        for name, place in zip(names, worst, strict=True)
    )
    cuts = [
        f"{name} = {grid.axes[name][place]:.3g}"
        for name, place in zip(names, worst, strict=True)
        if name not in kept
    ]
    return {name: grid.axes[name] for name in kept}, values[index], f", {', '.join(cuts)}"
