"""The figure of a solution: what it is, how large its error is, and where."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from pinn_metakan.plotting.blocks import Block, draw_block
from pinn_metakan.plotting.cuts import cuts_of, fixed_nodes
from pinn_metakan.plotting.layers import leading
from pinn_metakan.plotting.places import place_label, plane_note
from pinn_metakan.plotting.selection import all_rows, chosen_rows
from pinn_metakan.plotting.sheet import make_sheet
from pinn_metakan.plotting.style import STYLE, headline
from pinn_metakan.results.field import Field


def solution_figure(
    field: Field, names: Sequence[str] = (), at: Mapping[str, float] | None = None
) -> Figure:
    """Draw solution, reference, error and the logarithm of its size side by side.

    Solution and reference share one scale; the error has a diverging map centered at zero. What the
    solution of a second network differs by stands beside them. Without a reference the residual of
    each equation is shown. Of two space coordinates and time there are rows at five times; of three
    space coordinates, planes through the largest error; of scattered points, their plane.

    Args:
        field: What was computed.
        names: Unknowns to show, or single fields such as ``u_error``; all unknowns if empty.
        at: Values of coordinates to cut at, by name; the nearest nodes of the grid are drawn.

    Returns:
        The figure.

    Raises:
        UserError: If there is no such field or coordinate, or a value lies outside.
    """
    nodes = fixed_nodes(field, at or {})
    rows = chosen_rows(field, names) if names else all_rows(field)
    blocks = [Block(layers, cuts_of(field, nodes, leading(layers))) for layers in rows]
    places = [cut.place.items() for block in blocks for cut in block.cuts]
    common = dict(item for item in places[0] if all(item in place for place in places))
    notes = [headline(field), plane_note(field), place_label(field, common)]
    titles: list[str] = []
    with mpl.rc_context(STYLE):
        figure, sheet = make_sheet(field, blocks, "; ".join(filter(None, notes)))
        for block, on in zip(blocks, sheet, strict=True):
            has_titles = block.titles != titles
            draw_block(figure, on.rows, on.bars, field, block, common, has_titles)
            titles = block.titles
    return figure
