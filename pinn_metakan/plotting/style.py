"""Style, labels, headline and files of all figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pinn_metakan.files import written_whole
from pinn_metakan.results.field import Field

STYLE: dict[Any, Any] = {
    "font.size": 11,
    "axes.titlesize": 12,
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "axes.formatter.limits": (-3, 4),
    "image.cmap": "viridis",
}


def axis_label(field: Field, name: str, suffix: str = "") -> str:
    """Label of an axis or a panel: what it is, and its unit."""
    called = field.long_names.get(name, name)
    return f"{called}{suffix} [{field.units.get(name, '-')}]"


def headline(field: Field) -> str:
    """One line with problem, network, number of parameters and errors."""
    attributes = field.attributes
    parts = [f"{attributes.get('problem', '')}, {attributes.get('network', '')}"]
    if "n_parameters" in attributes:
        parts[0] += f" ({attributes['n_parameters']} parameters)"
    for unknown, error in field.relative_l2.items():
        parts.append(f"relative L2 error of {unknown} {error:.1e}")
    for unknown, distance in field.disagreement.items():
        if unknown not in field.relative_l2:
            parts.append(f"{unknown} of two networks differs by {distance:.1e}")
    return ", ".join(parts)


def write_figures(figures: Mapping[str, Figure], folder: Path) -> list[Path]:
    """Write figures as PNG files.

    Args:
        figures: By the names of their files.
        folder: Where they go; it exists.

    Returns:
        The files.
    """
    paths = []
    for name, figure in figures.items():
        with written_whole(folder / name) as temporary, mpl.rc_context(STYLE):
            FigureCanvasAgg(figure).print_png(str(temporary), metadata={"Software": None})
        paths.append(folder / name)
    return paths
