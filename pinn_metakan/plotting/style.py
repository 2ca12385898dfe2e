"""What all figures share: style, labels, the headline."""

from typing import Any

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
    """Give the label of an axis or a panel: what it is, and its unit."""
    called = field.long_names.get(name, name)
    return f"{called}{suffix} [{field.units.get(name, '-')}]"


def headline(field: Field) -> str:
    """Tell problem, network, parameters and errors in one line."""
    attributes = field.attributes
    parts = [f"{attributes.get('problem', '')}, {attributes.get('network', '')}"]
    if "n_parameters" in attributes:
        parts[0] += f" ({attributes['n_parameters']} parameters)"
    for unknown, error in field.relative_l2.items():
        parts.append(f"relative L2 error of {unknown} {error:.1e}")
    return ", ".join(parts)
