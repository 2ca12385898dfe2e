"""Style, labels and headline of all figures."""

import textwrap
from functools import cache
from typing import Any

from matplotlib.mathtext import MathTextParser

from pinn_metakan.errors import one_line
from pinn_metakan.results.field import Field
from pinn_metakan.results.reference_errors import near_reference

STYLE: dict[Any, Any] = {
    "font.size": 11,
    "axes.titlesize": 12,
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "axes.formatter.limits": (-3, 4),
    "image.cmap": "viridis",
    "svg.hashsalt": "pinn_metakan",  # the same field, the same bytes
}

#: Characters of the longest text on an axis.
_LONGEST = 100
#: Letters of a headline per inch.
_LETTERS = 10.5


def axis_label(field: Field, name: str, suffix: str = "") -> str:
    """Label of an axis or a color bar: what it is, and its unit."""
    return f"{drawable(field.long_names.get(name, name))}{suffix} [{unit_of(field, name)}]"


def unit_of(field: Field, name: str) -> str:
    """Unit of a coordinate or an unknown; "-" for none, which files may call "1"."""
    unit = field.units.get(name, "-")
    return "-" if unit == "1" else drawable(unit)


@cache
def drawable(text: str) -> str:
    """The text, cut where it is too long, with dollar signs as such where they hold no formula."""
    text = one_line(text, _LONGEST)
    if "$" not in text:
        return text
    try:
        is_formula = text.count("$") % 2 == 0 and MathTextParser("path").parse(text)
    except (ValueError, RuntimeError, RecursionError):
        is_formula = False
    return text if is_formula else text.replace("$", r"\$")


def coordinate_label(field: Field, name: str, value: float) -> str:
    """A value of a coordinate with its unit, which is left out where there is none."""
    unit = unit_of(field, name)
    return f"{value + 0.0:.3g}" + ("" if unit == "-" else f" {unit}")


def wrapped(text: str, width: float) -> str:
    """A headline in lines that a figure of a width [inches] has room for."""
    return textwrap.fill(text, int(width * _LETTERS))


def headline(field: Field) -> str:
    """One line with problem, network, number of parameters and errors."""
    attributes = field.attributes
    named = (drawable(str(attributes.get(key, ""))) for key in ("problem", "network"))
    parts = [", ".join(named)]
    if "n_parameters" in attributes:
        parts[0] += f" ({attributes['n_parameters']} parameters)"
    near = near_reference(field)
    for unknown, error in field.relative_l2.items():
        of_reference = f" (of the reference {near[unknown]:.1e})" if unknown in near else ""
        parts.append(f"relative L2 error of {unknown} {error:.1e}{of_reference}")
        if unknown in field.relative_to_variation:
            parts.append(f"relative to its variation {field.relative_to_variation[unknown]:.1e}")
    for unknown, distance in field.disagreement.items():
        if unknown not in field.relative_l2:
            parts.append(f"{unknown} of two networks differs by {distance:.1e}")
    return ", ".join(parts)
