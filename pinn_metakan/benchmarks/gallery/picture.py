"""The picture of a problem in the gallery: solution, reference and error, in few bytes."""

from pathlib import Path

from PIL import Image

from pinn_metakan.files import written_whole
from pinn_metakan.plotting.figure_files import write_figures
from pinn_metakan.plotting.solution import solution_figure
from pinn_metakan.results.field import Field

#: Resolution [dots per inch], and colors: a picture with a palette has a third of the bytes.
_DPI, _COLORS = 64, 256
#: Unknowns that are drawn, at most.
_MOST_UNKNOWNS = 3


def write_picture(field: Field, folder: Path, name: str) -> Path:
    """Draw a solution: its first unknowns, at the middle of time where space takes the panels.

    Args:
        field: The solution.
        folder: Where the file goes; it exists.
        name: Name of the file, without its ending.

    Returns:
        The file, a PNG.
    """
    unknowns = list(field.grid.values)[:_MOST_UNKNOWNS]
    figure = solution_figure(field, unknowns, _middle_of_time(field))
    (path,) = write_figures({name: figure}, folder, dpi=_DPI)
    with Image.open(path) as picture:
        fewer = picture.convert("RGB").quantize(_COLORS, dither=Image.Dither.NONE)
    with written_whole(path) as temporary:
        fewer.save(temporary, format="png", optimize=True)
    return path


def _middle_of_time(field: Field) -> dict[str, float]:
    """Where to cut a solution of two or more space coordinates and time."""
    if field.time is None or len(field.grid.axes) < 3 or field.solution_parameters:
        return {}
    times = field.grid.axes[field.time]
    return {field.time: float(times[len(times) // 2])}
