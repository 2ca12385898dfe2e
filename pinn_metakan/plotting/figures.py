"""The figures of a run, drawn from its stored field alone."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.activations import activations_figure, prompts_figure
from pinn_metakan.plotting.planes import Plane, drawn_planes
from pinn_metakan.plotting.style import STYLE, axis_label, headline, write_figures
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.metrics import Array

_FIELD_COLORS, _ERROR_COLORS, _DISTANCE_COLORS = "viridis", "RdBu_r", "magma_r"
_REFERENCE, _ERROR, _DISAGREEMENT = ", reference", ", error", ", disagreement"
#: Entries of a history are marked by points if there are at most this many: a single one shows no
#: line.
_MARKED = 60
#: Profiles of a space-time solution are drawn at these fractions of the time interval.
_PROFILE_FRACTIONS = (0.0, 0.25, 0.5, 0.75, 1.0)

#: Files that `draw_all` and `draw_activations` may write.
FIGURES = ("solution.png", "history.png", "profiles.png", "activations.png", "prompts.png")


def draw_all(field: Field, folder: Path) -> list[Path]:
    """Draw every figure of a field into a folder.

    Args:
        field: What was computed.
        folder: Where the figures go; it exists.

    Returns:
        The files: ``solution.png``, ``history.png`` and, for one space coordinate and time,
        ``profiles.png``.
    """
    figures = {"solution.png": solution_figure(field), "history.png": history_figure(field)}
    parameters = set(field.solution_parameters)
    if field.has_time and len(field.grid.axes.keys() - parameters) == 2:
        figures["profiles.png"] = profiles_figure(field)
    return write_figures(figures, folder)


def draw_activations(field: Field, folder: Path) -> list[Path]:
    """Draw the edges of the trained network into a folder.

    Args:
        field: What was computed.
        folder: Where the figures go; it exists.

    Returns:
        The files: ``activations.png`` and, for a MetaKAN, ``prompts.png``; none for a network
        without edge functions.
    """
    figures: dict[str, Figure] = {}
    if field.activations:
        figures["activations.png"] = activations_figure(field)
    if any(layer.sweep is not None for layer in field.activations):
        figures["prompts.png"] = prompts_figure(field)
    return write_figures(figures, folder)


def solution_figure(field: Field) -> Figure:
    """Draw solution, reference and error side by side, one row per unknown.

    Solution and reference share one scale; the error has a diverging map centered at zero. What the
    solution of a second network differs by stands beside it, or in its place. Of three
    coordinates two are drawn, in the middle of the third; of scattered fields, their plane. With
    parameters there is a row for their smallest, middle and largest value; of many unknowns, the
    middle one.

    Args:
        field: What was computed.

    Returns:
        The figure.
    """
    planes, note = drawn_planes(field)
    rows = [(unknown, plane) for unknown in planes[0].grid.values for plane in planes]
    grid = planes[0].grid
    with mpl.rc_context(STYLE):
        columns = 1 + 2 * bool(grid.references) + bool(grid.disagreements)
        figure = Figure(figsize=(4.6 * columns + 0.4, 3.5 * len(rows) + 0.4), layout="constrained")
        axes = figure.subplots(len(rows), columns, squeeze=False)
        for row, (unknown, plane) in zip(axes, rows, strict=True):
            draw = _draw_lines if len(grid.axes) == 1 else _draw_maps
            draw(figure, row, field, plane, unknown)
        figure.suptitle(headline(field) + note, fontsize=12)
    return figure


def profiles_figure(field: Field) -> Figure:
    """Draw a space-time solution and its reference along space at several times.

    With parameters they are drawn at the middle value.

    Args:
        field: What was computed.

    Returns:
        The figure.
    """
    planes, _ = drawn_planes(field)
    plane = planes[len(planes) // 2]
    grid = plane.grid
    (space, x), (time, t) = grid.axes.items()
    unknowns = list(grid.values)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 3.8 * len(unknowns)), layout="constrained")
        axes = figure.subplots(len(unknowns), 1, squeeze=False)[:, 0]
        colors = mpl.colormaps["viridis"](np.linspace(0.0, 0.85, len(_PROFILE_FRACTIONS)))
        for axis, unknown in zip(axes, unknowns, strict=True):
            for fraction, color in zip(_PROFILE_FRACTIONS, colors, strict=True):
                k = round(fraction * (len(t) - 1))
                label = f"{time} = {t[k]:.3g}"
                axis.plot(x, grid.values[unknown][:, k], color=color, label=label)
                if unknown in grid.references:
                    reference = grid.references[unknown][:, k]
                    axis.plot(x, reference, "k:", linewidth=1.2, zorder=3)
            if unknown in grid.references:
                axis.plot([], [], "k:", label="reference")
            axis.set_xlabel(axis_label(field, space))
            axis.set_ylabel(axis_label(field, unknown))
            axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
            axis.grid(alpha=0.3)
        at = plane.label and f"; {plane.label}"
        figure.suptitle(headline(field) + at, fontsize=12)
    return figure


def history_figure(field: Field) -> Figure:
    """Draw the loss and the relative errors against time."""
    history = field.history
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 4.0), layout="constrained")
        axis = figure.subplots()
        seconds = history["seconds"]
        marker = "." if len(seconds) <= _MARKED else ""
        axis.semilogy(seconds, history["loss"], marker=marker, color="tab:gray", label="loss")
        fresh = history.get("loss_fresh", np.full_like(seconds, np.nan))
        if np.isfinite(fresh).any():
            axis.semilogy(
                seconds, fresh, linestyle="", marker="x", markersize=5, color="tab:gray",
                label="loss on points not trained on",
            )  # fmt: skip
        points = history.get("points", np.zeros_like(seconds))
        for begin in np.flatnonzero(np.diff(points) > 0):
            count, at = points[begin + 1], seconds[begin]
            axis.axvline(at, color="0.75", linestyle=":", zorder=0)
            axis.annotate(
                f"{count:.0f} points", (at, 0.02), xycoords=("data", "axes fraction"),
                rotation=90, fontsize=7, color="0.5", ha="right",
            )  # fmt: skip
        prefix = "relative_l2_"
        for name, values in history.items():
            if name.startswith(prefix):
                label = f"relative L2 error of {name[len(prefix) :]}"
                axis.semilogy(seconds, values, marker=marker, label=label)
        axis.set_xlabel("training time [s]")
        axis.set_ylabel("loss, error [-]")
        axis.grid(alpha=0.3)
        axis.legend()
        axis.set_title(headline(field))
    return figure


def _draw_maps(figure: Figure, row: list[Axes], field: Field, plane: Plane, unknown: str) -> None:
    grid, at = plane.grid, plane.label and f", {plane.label}"
    (first, x), (second, y) = grid.axes.items()
    # Time runs along the horizontal axis, as is usual for space-time maps.
    swapped = field.has_time and second == field.coordinates[-1]
    panels = _panels(grid, unknown)
    shared = np.concatenate([panels[key].ravel() for key in panels if key in ("", _REFERENCE)])
    low, high = np.nanmin(shared), np.nanmax(shared)
    for axis, (suffix, values) in zip(row, panels.items(), strict=False):
        largest = float(np.nanmax(np.abs(values))) or 1e-16
        limits, colors = {
            _ERROR: ((-largest, largest), _ERROR_COLORS),
            _DISAGREEMENT: ((0.0, largest), _DISTANCE_COLORS),
        }.get(suffix, ((low, high), _FIELD_COLORS))
        across, up, image = (y, x, values) if swapped else (x, y, values.T)
        mesh = axis.pcolormesh(
            across, up, image, vmin=limits[0], vmax=limits[1], cmap=colors, shading="gouraud"
            if np.isfinite(image).all() else "nearest", rasterized=True,
        )  # fmt: skip
        figure.colorbar(mesh, ax=axis)
        names = (second, first) if swapped else (first, second)
        axis.set_xlabel(axis_label(field, names[0]))
        axis.set_ylabel(axis_label(field, names[1]))
        axis.set_title(axis_label(field, unknown, suffix + at))
        if not field.has_time and np.ptp(x) > 0.2 * np.ptp(y) and np.ptp(y) > 0.2 * np.ptp(x):
            axis.set_aspect("equal")
    for axis in row[len(panels) :]:
        axis.set_axis_off()


def _draw_lines(figure: Figure, row: list[Axes], field: Field, plane: Plane, unknown: str) -> None:
    grid, at = plane.grid, plane.label and f", {plane.label}"
    ((name, x),) = grid.axes.items()
    panels = _panels(grid, unknown)
    colors = {_REFERENCE: "black", _ERROR: "tab:red", _DISAGREEMENT: "tab:purple"}
    for axis, (suffix, values) in zip(row, panels.items(), strict=False):
        axis.plot(x, values, color=colors.get(suffix, "tab:blue"))
        axis.set_xlabel(axis_label(field, name))
        axis.set_title(axis_label(field, unknown, suffix + at))
        axis.grid(alpha=0.3)
    if _REFERENCE in panels:
        row[1].sharey(row[0])
    for axis in row[len(panels) :]:
        axis.set_axis_off()


def _panels(grid: FieldOnGrid, unknown: str) -> dict[str, Array]:
    """What is drawn of an unknown, by what is said after its name."""
    panels = {"": grid.values[unknown]}
    if unknown in grid.references:
        panels |= {_REFERENCE: grid.references[unknown], _ERROR: grid.errors[unknown]}
    if unknown in grid.disagreements:
        panels[_DISAGREEMENT] = grid.disagreements[unknown]
    return panels
