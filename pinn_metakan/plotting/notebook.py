"""Figures in a notebook."""

import io
import sys
from typing import Any

from matplotlib.figure import Figure


def notebook_shell() -> Any | None:
    """The IPython shell of the notebook that this runs in; None outside of one."""
    module = sys.modules.get("IPython")
    shell = None if module is None else module.get_ipython()
    return shell if type(shell).__name__ == "ZMQInteractiveShell" else None


def show_figures() -> None:
    """Let a notebook draw a figure that is the value of a cell, as %matplotlib inline does.

    Where that has been done already nothing changes, so that a figure is drawn once.
    """
    shell = notebook_shell()
    if shell is None:
        return
    formatter = shell.display_formatter.formatters["image/png"]
    try:
        formatter.lookup_by_type(Figure)
    except KeyError:
        formatter.for_type(Figure, png_of)


def png_of(figure: Figure, dpi: float = 72) -> bytes:
    """Draw a figure as PNG.

    Args:
        figure: The figure.
        dpi: Pixels per inch.

    Returns:
        The contents of a PNG file.
    """
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=dpi)
    return stream.getvalue()
