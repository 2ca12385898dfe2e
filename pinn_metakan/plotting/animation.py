"""The animation of a solution over time: GIF, or MP4 where ffmpeg is installed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.animation import FFMpegWriter, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg

from pinn_metakan.errors import UserError
from pinn_metakan.files import written_whole
from pinn_metakan.plotting.blocks import Block, Shown, draw_block
from pinn_metakan.plotting.cuts import (
    Cut,
    cut_of,
    drawn_grid,
    fixed_nodes,
    free_axes,
    largest_node,
    parameters_at,
)
from pinn_metakan.plotting.figure_files import DEFAULT_DPI
from pinn_metakan.plotting.layers import Layer, leading
from pinn_metakan.plotting.places import place_label, plane_note
from pinn_metakan.plotting.selection import all_rows, chosen_rows
from pinn_metakan.plotting.sheet import make_sheet, set_headline
from pinn_metakan.plotting.style import STYLE, headline
from pinn_metakan.results.field import Field

#: How long an animation is [s], and how many frames it has at most.
_SECONDS, _FRAMES = 5.0, 100
ANIMATION_FORMATS = ("gif", "mp4")
#: Files that `write_animation` makes of a run unless something else is asked for.
ANIMATIONS = tuple(f"animation.{format}" for format in ANIMATION_FORMATS)

#: Told how many frames are drawn, and how many there are.
FrameProgress = Callable[[int, int], None]


def write_animation(
    field: Field,
    path: Path,
    names: Sequence[str] = (),
    at: Mapping[str, float] | None = None,
    dpi: int = DEFAULT_DPI,
    progress: FrameProgress | None = None,
) -> None:
    """Draw solution, reference and error as they change with time.

    Args:
        field: What was computed.
        path: Where it goes, as GIF or MP4 by the ending.
        names: As for `solution_figure`.
        at: As for `solution_figure`; a third and further space coordinates that are not given are
            cut where the error is largest.
        dpi: Resolution [dots per inch].
        progress: Told of each frame.

    Raises:
        UserError: If there is no time, no such field or coordinate, or no such format can be made.
    """
    writer_class = _writer(path)
    frames, notes = _frames(field, names, at or {})
    with mpl.rc_context(STYLE):
        title = "; ".join([*notes, place_label(field, frames[0].cuts[0].place)])
        figure, sheet = make_sheet(field, frames, title)
        FigureCanvasAgg(figure)
        shown = [
            draw_block(figure, on.rows, on.bars, field, block, block.cuts[0].place, True)
            for block, on in zip(frames, sheet, strict=True)
        ]
        count = len(frames[0].scaled_over)
        writer = writer_class(fps=max(2, round(count / _SECONDS)))
        with written_whole(path) as temporary, writer.saving(figure, str(temporary), dpi):
            for number in range(count):
                cuts = [block.scaled_over[number] for block in frames]
                _show(frames, shown, cuts)
                set_headline(figure, "; ".join([*notes, place_label(field, cuts[0].place)]))
                writer.grab_frame()
                if progress is not None:
                    progress(number + 1, count)


def _writer(path: Path) -> type[PillowWriter] | type[FFMpegWriter]:
    format = path.suffix.removeprefix(".")
    if format not in ANIMATION_FORMATS:
        raise UserError(
            f"format {format!r}: animations are written as {', '.join(ANIMATION_FORMATS)}"
        )
    if format == "gif":
        return PillowWriter
    if not FFMpegWriter.isAvailable():
        raise UserError("format 'mp4': this needs ffmpeg, which is not installed; write a gif")
    return FFMpegWriter


def _frames(
    field: Field, names: Sequence[str], at: Mapping[str, float]
) -> tuple[list[Block], list[str]]:
    """Blocks of the first time whose colors span all times, and what stands above them."""
    if field.time is None:
        raise UserError("an animation shows how a solution changes with time; this one has no time")
    if field.time in at:
        raise UserError(f"at {field.time}: an animation runs over all times; leave it free")
    grid = drawn_grid(field)
    nodes = fixed_nodes(field, at)
    nodes |= parameters_at(field, nodes)
    count = len(grid.axes[field.time])
    times = np.unique(np.linspace(0, count - 1, min(count, _FRAMES)).round().astype(int))
    blocks = []
    for layers in chosen_rows(field, names) if names else all_rows(field):
        kept, cut_at = _space(field, nodes, layers)
        cuts = [cut_of(field, kept, {**cut_at, field.time: int(time)}) for time in times]
        shown = [layer for layer in layers if not layer.marks_largest]
        shown = shown or [replace(layer, marks_largest=False) for layer in layers]
        blocks.append(Block(shown, cuts[:1], cuts))
    return blocks, [note for note in (headline(field), plane_note(field)) if note]


def _space(
    field: Field, nodes: Mapping[str, int], layers: Sequence[Layer]
) -> tuple[tuple[str, ...], dict[str, int]]:
    """The space coordinates that are drawn, and where the others are cut."""
    grid = drawn_grid(field)
    free = [name for name in free_axes(field, nodes) if name != field.time]
    if not free:
        raise UserError(f"at {', '.join(nodes)}: leave a coordinate besides {field.time} free")
    largest = dict(
        zip(grid.axes, largest_node(leading(layers), nodes, list(grid.axes)), strict=True)
    )
    return tuple(free[:2]), {**{name: largest[name] for name in free[2:]}, **nodes}


def _show(blocks: Sequence[Block], shown: Sequence[Sequence[Shown]], cuts: Sequence[Cut]) -> None:
    for block, drawn, cut in zip(blocks, shown, cuts, strict=True):
        for layer, part in zip(block.layers, drawn, strict=True):
            part.show(cut.shown(layer))
