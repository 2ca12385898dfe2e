"""Places: how figures name the values of coordinates that they are drawn at."""

import json
from collections.abc import Mapping

from pinn_metakan.plotting.style import coordinate_label
from pinn_metakan.results.field import Field


def plane_note(field: Field) -> str:
    """Name the plane that is drawn of scattered points: "plane x3 = x4 = 0"; empty for a grid."""
    if field.slice is None:
        return ""
    if "slice_at" not in field.attributes:  # a run of version 0.2.0
        return "plane through the center"
    return f"plane {place_label(field, json.loads(str(field.attributes['slice_at'])))}"


def place_label(field: Field, place: Mapping[str, float]) -> str:
    """Name a place: "x3 = x4 = 0, t = 0.5"; of more than three equal ones the first and the last.

    Args:
        field: It has the names and units of the coordinates.
        place: Values of coordinates by name.

    Returns:
        The text.
    """
    named: dict[str, list[str]] = {}
    for name, value in place.items():
        named.setdefault(coordinate_label(field, name, value), []).append(name)
    parts = []
    for text, names in named.items():
        shown = names if len(names) <= 3 else [names[0], "...", names[-1]]
        parts.append(f"{' = '.join(shown)} = {text}")
    return ", ".join(parts)
