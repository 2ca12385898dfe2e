"""Where the panels of a figure stand, in inches: a row per cut, a bar per scale.

A layout engine would measure every label several times, which takes longer than to draw them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pinn_metakan.plotting.blocks import Block
from pinn_metakan.plotting.maps import is_to_scale
from pinn_metakan.plotting.style import wrapped
from pinn_metakan.results.field import Field

#: Width of a panel; height of one that is not to scale, and the least and the largest of one that
#: is.
_PANEL, _HEIGHT, _LOWEST, _HIGHEST = 2.8, 2.4, 1.5, 4.0
#: Labels at the left of a panel, those of a color bar, the bar, and what is between panels and at
#: the edges.
_LABELS, _BAR_LABELS, _BAR, _GAP = 0.95, 1.05, 0.14, 0.34
#: Titles above panels and labels below.
_TITLE, _BELOW = 0.32, 0.52
#: A line of the headline, and what is above it.
_LINE, _EDGE = 0.24, 0.16


@dataclass(frozen=True)
class Place:
    """The axes of a block.

    Args:
        rows: Its panels, a row per cut.
        bars: Axes of a color bar per group of layers; none for curves.
    """

    rows: Sequence[Sequence[Axes]]
    bars: Sequence[Axes]


def make_sheet(field: Field, blocks: Sequence[Block], headline: str) -> tuple[Figure, list[Place]]:
    """Make a figure with empty axes for blocks that stand one below the other.

    Args:
        field: What is drawn.
        blocks: Its parts, from top to bottom.
        headline: What stands above them.

    Returns:
        The figure and the axes of each block.
    """
    width = max(_columns(block)[-1] for block in blocks)
    top = _EDGE + _LINE * len(wrapped(headline, width).splitlines())
    heights = [[_height(field, block, row) for row in range(len(block.cuts))] for block in blocks]
    below = [[_below(block, row) for row in range(len(block.cuts))] for block in blocks]
    height = top + sum(map(sum, heights)) + sum(map(sum, below))
    height += _TITLE * sum(len(block.cuts) for block in blocks)
    figure = Figure(figsize=(width, height))
    set_headline(figure, headline)

    def axes_at(left: float, top: float, across: float, up: float, label: str = "") -> Axes:
        box = (left / width, 1 - (top + up) / height, across / width, up / height)
        return figure.add_axes(box, label=label)

    places = []
    for block, block_heights, block_below in zip(blocks, heights, below, strict=True):
        columns = _columns(block)[:-1]
        lefts, bar_lefts = columns[: len(block.panels)], columns[len(block.panels) :]
        rows, first = [], top + _TITLE
        for panel_height, space in zip(block_heights, block_below, strict=True):
            top += _TITLE
            rows.append([axes_at(left, top, _PANEL, panel_height) for left in lefts])
            bottom = top + panel_height
            top = bottom + space
        bars = [axes_at(left, first, _BAR, bottom - first, "<colorbar>") for left in bar_lefts]
        places.append(Place(rows, bars))
    return figure, places


def set_headline(figure: Figure, text: str) -> None:
    """Write the headline of a figure from `make_sheet`, in place of the one that it has."""
    width, height = figure.get_size_inches()
    top = 1 - _EDGE / 2 / float(height)
    figure.suptitle(wrapped(text, float(width)), fontsize=12, y=top, va="top")


def _columns(block: Block) -> list[float]:
    """Left sides of panels, then of color bars, then the width of all."""
    at, panels, bars = _LABELS, [], []
    if not block.has_maps:
        step = _PANEL + _LABELS + _GAP
        panels = [at + step * number for number in range(len(block.panels))]
        return [*panels, panels[-1] + _PANEL + _GAP]
    for group in block.groups:
        for _ in group:
            panels.append(at)
            at += _PANEL + _GAP
        at -= _GAP / 2
        bars.append(at)
        at += _BAR + _BAR_LABELS
    return [*panels, *bars, at]


def _height(field: Field, block: Block, row: int) -> float:
    cut = block.cuts[row]
    if not block.has_maps or not is_to_scale(field, cut):
        return _HEIGHT
    across, up = cut.axes
    height = _PANEL * float(np.ptp(up)) / float(np.ptp(across))
    return min(max(height, _LOWEST), _HIGHEST)


def _below(block: Block, row: int) -> float:
    return _BELOW if block.is_labelled(row) else 0.0
