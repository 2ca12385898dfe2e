"""Figures as files: PNG, PDF or SVG, the same bytes for the same figure."""

import io
from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from pinn_metakan.errors import UserError
from pinn_metakan.files import write_all
from pinn_metakan.plotting.style import STYLE

#: Format of a figure -> what draws it, and what its file says besides, for it not to say when.
_FORMATS = {
    "png": (FigureCanvasAgg, {"Software": None}),
    "pdf": (FigureCanvasPdf, {"CreationDate": None, "Creator": None, "Producer": None}),
    "svg": (FigureCanvasSVG, {"Date": None, "Creator": None}),
}
FORMATS = tuple(_FORMATS)
#: Resolution of figures unless another one is asked for [dots per inch], and what is refused: text
#: is unreadable below, and a figure of 15 inches has more than 2 GB above.
DEFAULT_DPI, LOWEST_DPI, HIGHEST_DPI = 110, 20, 1200


def write_figures(
    figures: Mapping[str, Figure], folder: Path, format: str = "png", dpi: int = DEFAULT_DPI
) -> list[Path]:
    """Write figures.

    Args:
        figures: By the names of their files, without the ending.
        folder: Where they go; it exists.
        format: One of `FORMATS`.
        dpi: Resolution of pixels [dots per inch]; maps are pixels in PDF and SVG too.

    Returns:
        The files.

    Raises:
        UserError: If format or resolution is none that there is, or a file cannot be written.
    """
    contents = figure_bytes(figures, format, dpi)
    written = {folder / name: content for name, content in contents.items()}
    try:
        write_all(written)
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {error.strerror}") from error
    return list(written)


def figure_bytes(
    figures: Mapping[str, Figure], format: str = "png", dpi: int = DEFAULT_DPI
) -> dict[str, bytes]:
    """Draw figures in memory.

    Args:
        figures: As for `write_figures`.
        format: As for `write_figures`.
        dpi: As for `write_figures`.

    Returns:
        What the file of each holds, by its name.

    Raises:
        UserError: If format or resolution is none that there is.
    """
    refuse_other_formats(format, dpi)
    canvas, metadata = _FORMATS[format]
    contents = {}
    for name, figure in figures.items():
        with io.BytesIO() as file, mpl.rc_context(STYLE):
            canvas(figure).print_figure(file, format=format, dpi=dpi, metadata=metadata)
            contents[f"{name}.{format}"] = file.getvalue()
    return contents


def refuse_other_formats(format: str, dpi: int) -> None:
    """Refuse a format that no figure has, or a resolution that no figure can have.

    Args:
        format: Such as "pdf".
        dpi: Dots per inch.

    Raises:
        UserError: If it is so.
    """
    if format not in _FORMATS:
        raise UserError(f"format {format!r}: figures are written as {', '.join(FORMATS)}")
    if not LOWEST_DPI <= dpi <= HIGHEST_DPI:
        raise UserError(f"dpi {dpi}: expected {LOWEST_DPI} to {HIGHEST_DPI} dots per inch")
