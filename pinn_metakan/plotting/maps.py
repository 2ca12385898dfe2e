"""Maps: a cut with two axes, in colors."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, QuadMesh, TriMesh
from matplotlib.patches import PathPatch
from matplotlib.tri import Triangulation

from pinn_metakan.plotting.cuts import Cut
from pinn_metakan.plotting.layers import Layer
from pinn_metakan.plotting.mask import continued, is_whole, outline
from pinn_metakan.plotting.style import axis_label, unit_of
from pinn_metakan.results.field import Field
from pinn_metakan.results.metrics import Array

#: Sides of a map whose lengths differ by less than this factor have the same scale.
_LONGEST_SIDE = 5.0
#: Intervals between ticks, at most: the labels of more have so many digits that they hide others.
_TICKS = 5
#: Color and width [points] of the rim of a domain.
_RIM = "0.35", 0.9


@dataclass(frozen=True)
class Map:
    """A drawn map, whose values can be replaced.

    Args:
        mesh: What is drawn.
    """

    mesh: QuadMesh | TriMesh

    def show(self, values: Array) -> None:
        """Show other values, shape (up, across) or (V,), in the same colors."""
        self.mesh.set_array(continued(values) if values.ndim > 1 else values)


def draw_map(axis: Axes, field: Field, cut: Cut, layer: Layer, limits: tuple[float, float]) -> Map:
    """Draw a layer on a cut with two axes.

    Args:
        axis: Where.
        field: It has names and units.
        cut: What part of it.
        layer: What of it.
        limits: Ends of the colors.

    Returns:
        The map.
    """
    across, up = cut.axes
    drawn = _draw_nodes if cut.mesh is None else _draw_triangles
    mesh = drawn(axis, cut, layer, limits)
    axis.set_xlabel(axis_label(field, cut.kept[0]))
    axis.set_ylabel(axis_label(field, cut.kept[1]))
    axis.set_xlim(float(across[0]), float(across[-1]))
    axis.set_ylim(float(up[0]), float(up[-1]))
    if is_to_scale(field, cut):
        axis.set_aspect("equal")
    axis.locator_params(nbins=_TICKS)
    values = cut.shown(layer)
    if layer.marks_largest and np.isfinite(values).any():
        largest = int(np.nanargmax(values))
        if cut.mesh is not None:
            mark_largest(axis, *map(float, cut.mesh.points[largest]))
        else:
            row, column = np.unravel_index(largest, values.shape)
            mark_largest(axis, float(across[column]), float(up[row]))
    return Map(mesh)


def _draw_nodes(axis: Axes, cut: Cut, layer: Layer, limits: tuple[float, float]) -> QuadMesh:
    """Draw the nodes of a grid, clipped by the outline of where they are known."""
    (across, up), values = cut.axes, cut.of(layer.values)
    mesh = axis.pcolormesh(
        across, up, continued(values), vmin=limits[0], vmax=limits[1], cmap=layer.kind.value,
        shading="gouraud", rasterized=True,
    )  # fmt: skip
    if not is_whole(values):
        path = outline(axis, across, up, values)
        if path is None:
            mesh.set_visible(False)
        else:
            rim = PathPatch(path, facecolor="none", edgecolor=_RIM[0], linewidth=_RIM[1])
            axis.add_patch(rim)
            mesh.set_clip_path(path, axis.transData)
    return mesh


def _draw_triangles(axis: Axes, cut: Cut, layer: Layer, limits: tuple[float, float]) -> TriMesh:
    """Draw the triangles of a mesh, and the edges that only one of them has."""
    assert cut.mesh is not None
    points, cells = cut.mesh.points, cut.mesh.cells
    mesh = axis.tripcolor(
        Triangulation(points[:, 0], points[:, 1], cells), cut.shown(layer), vmin=limits[0],
        vmax=limits[1], cmap=layer.kind.value, shading="gouraud", rasterized=True,
    )  # fmt: skip
    edges = np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [2, 0]]])
    found, counts = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    rim = LineCollection(list(points[found[counts == 1]]), colors=_RIM[0], linewidths=_RIM[1])
    rim.set_capstyle("round")
    axis.add_collection(rim, autolim=False)
    return mesh


def is_to_scale(field: Field, cut: Cut) -> bool:
    """Whether both axes of a map have the same scale: lengths that are not too unlike."""
    across, up = cut.axes
    ratio = float(np.ptp(across)) / float(np.ptp(up))
    same_unit = len({unit_of(field, name) for name in cut.kept}) == 1
    return same_unit and field.time not in cut.kept and 1 / _LONGEST_SIDE < ratio < _LONGEST_SIDE


def mark_largest(axis: Axes, across: float, up: float) -> None:
    """Draw a ring where the largest error is."""
    axis.plot(
        across, up, marker="o", markersize=9, markerfacecolor="none", markeredgecolor="tab:red",
        markeredgewidth=1.8, clip_on=False,
    )  # fmt: skip
