"""A block of a figure: rows that show the same layers, each on a cut of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.cuts import Cut
from pinn_metakan.plotting.layers import Layer
from pinn_metakan.plotting.lines import Curve, as_curve, draw_lines, on_axis
from pinn_metakan.plotting.maps import Map, draw_map
from pinn_metakan.plotting.places import place_label
from pinn_metakan.plotting.style import axis_label
from pinn_metakan.results.field import Field
from pinn_metakan.results.metrics import Array

#: What an axis of curves goes beyond their values [part of their range].
_MARGIN = 0.05

#: What is drawn of a layer, whose values can be replaced.
Shown = Map | Curve


@dataclass(frozen=True, eq=False)
class Block:
    """Layers on cuts.

    Args:
        layers: From left to right.
        cuts: From top to bottom.
        scaled_over: The cuts whose values the colors span; those that are drawn if empty.
    """

    layers: Sequence[Layer]
    cuts: Sequence[Cut]
    scaled_over: Sequence[Cut] = ()

    @property
    def has_maps(self) -> bool:
        """Whether the cuts have two axes."""
        return len(self.cuts[0].kept) == 2

    @property
    def groups(self) -> list[list[Layer]]:
        """The layers that have a scale in common."""
        return [list(group) for _, group in groupby(self.layers, key=lambda layer: layer.group)]

    @property
    def panels(self) -> list[list[Layer]]:
        """The layers that each panel of a row shows: maps one each, curves those of a group."""
        return [[layer] for layer in self.layers] if self.has_maps else self.groups

    @property
    def titles(self) -> list[str]:
        """What stands above the panels."""
        titles = [" and ".join(layer.title for layer in layers) for layers in self.panels]
        return titles if self.has_maps else [as_curve(title) for title in titles]

    def is_labelled(self, row: int) -> bool:
        """Whether the horizontal axis is labelled below a row: the next row has another one."""
        is_last = row + 1 == len(self.cuts)
        return is_last or self.cuts[row + 1].kept[0] != self.cuts[row].kept[0]

    def limits(self, layer: Layer) -> tuple[float, float]:
        """Ends of the colors of a layer and of all others of its group, over all cuts."""
        group = [other for other in self.layers if other.group == layer.group]
        return layer.limits(
            [cut.shown(other) for other in group for cut in self.scaled_over or self.cuts]
        )


def draw_block(
    figure: Figure,
    rows: Sequence[Sequence[Axes]],
    bars: Sequence[Axes],
    field: Field,
    block: Block,
    common: Mapping[str, float],
    has_titles: bool,
) -> list[Shown]:
    """Draw a block.

    Args:
        figure: It has the axes.
        rows: Axes of the panels, a row per cut.
        bars: Axes of the color bars, one per group of layers.
        field: It has names and units.
        block: What is drawn.
        common: Where all cuts of the figure are, which rows need not say.
        has_titles: Whether titles stand above the first row.

    Returns:
        What was drawn, an entry per cut and layer.
    """
    shown: list[Shown] = []
    for number, (row, cut) in enumerate(zip(rows, block.cuts, strict=True)):
        if block.has_maps:
            shown += _draw_maps(row, field, block, number)
        else:
            shown += _draw_curves(row, field, block, number)
        own = {name: value for name, value in cut.place.items() if name not in common}
        if own:
            row[0].set_ylabel(f"{place_label(field, own)}\n{row[0].get_ylabel()}")
        for axis, layers, title in zip(row, block.panels, block.titles, strict=True):
            largest = _largest(layers, cut)
            parts = [title] if number == 0 and has_titles else []
            parts += [] if largest is None else [f"○ {largest:.1e}"]
            axis.set_title(", ".join(parts))
    for bar, group in zip(bars, block.groups if block.has_maps else [], strict=True):
        drawn = shown[block.layers.index(group[0])]
        assert isinstance(drawn, Map)
        figure.colorbar(drawn.mesh, cax=bar, label=group[0].label)
    return shown


def _draw_maps(row: Sequence[Axes], field: Field, block: Block, number: int) -> list[Shown]:
    cut, is_labelled, maps = block.cuts[number], block.is_labelled(number), list[Shown]()
    for column, (axis, layer) in enumerate(zip(row, block.layers, strict=True)):
        maps.append(draw_map(axis, field, cut, layer, block.limits(layer)))
        axis.tick_params(labelleft=column == 0, labelbottom=is_labelled)
        axis.set_xlabel(axis_label(field, cut.kept[0]) if is_labelled else "")
        axis.set_ylabel(axis_label(field, cut.kept[1]) if column == 0 else "")
    return maps


def _draw_curves(row: Sequence[Axes], field: Field, block: Block, number: int) -> list[Shown]:
    curves: list[Shown] = []
    for axis, layers in zip(row, block.panels, strict=True):
        curves += draw_lines(axis, field, block.cuts[number], layers)
        if not block.is_labelled(number):
            axis.tick_params(labelbottom=False)
            axis.set_xlabel("")
        if block.scaled_over:
            low, high = block.limits(layers[0])
            margin = _MARGIN * (high - low)
            ends = np.array([low - margin, high + margin])
            axis.set_ylim(*map(float, on_axis(layers[0], ends)))
    return curves


def _largest(layers: Sequence[Layer], cut: Cut) -> float | None:
    """The largest error of a panel that marks it."""
    values: Array = cut.shown(layers[0])
    if not layers[0].marks_largest or not np.isfinite(values).any():
        return None
    return float(10.0 ** np.nanmax(values))
