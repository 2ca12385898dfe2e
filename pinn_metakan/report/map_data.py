"""Fields as a page holds them: thinned, in single precision, in base64."""

import base64
import math
from collections.abc import Iterator

import numpy as np

from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.metrics import Array

#: Numbers of all fields together; 4 bytes each, a third more in base64.
_MOST_NUMBERS = 450_000
#: A coordinate of less than this part of the largest one is the rounding of a zero.
_ROUNDING = 1e-14
#: Colors of a kind of field: the solution's, those of a signed and of a positive distance.
_VALUES, _SIGNED, _DISTANCE = "values", "signed", "distance"


def map_data(field: Field) -> dict[str, object]:
    """Fields, axes and names for the interactive map.

    Scattered fields are shown on their plane. Where there are more than 450 000 numbers, every
    axis is thinned by the same factor, with its ends kept.

    Args:
        field: The solution.

    Returns:
        What JSON can hold: axes, unknowns, and by unknown its quantities with their numbers.
    """
    grid = field.slice if field.slice is not None else field.grid
    if not grid.axes or any(len(axis) == 0 for axis in grid.axes.values()):
        return {}
    shape = [len(axis) for axis in grid.axes.values()]
    count = sum(1 for unknown in grid.values for _ in _quantities(grid, unknown))
    kept = _kept(shape, _MOST_NUMBERS // max(count, 1))
    axes = [
        {
            "name": name,
            "label": _label(field, name),
            "values": _without_rounding(axis)[index].tolist(),
            "isTime": field.has_time and name == field.coordinates[-1],
            "isParameter": name in field.solution_parameters,
        }
        for (name, axis), index in zip(grid.axes.items(), kept, strict=True)
    ]
    return {
        "axes": axes,
        "isPlane": field.slice is not None,
        "isThinned": any(len(index) < size for index, size in zip(kept, shape, strict=True)),
        "unknowns": [
            {
                "name": unknown,
                "label": _label(field, unknown),
                "quantities": [
                    {"name": name, "colors": colors, "data": _packed(values, kept)}
                    for name, colors, values in _quantities(grid, unknown)
                ],
                "worst": _worst(grid, unknown),
            }
            for unknown in grid.values
        ],
    }


def _quantities(grid: FieldOnGrid, unknown: str) -> Iterator[tuple[str, str, Array]]:
    """Name, colors and values of all that is shown of an unknown."""
    yield "solution", _VALUES, grid.values[unknown]
    if unknown in grid.references:
        yield "reference", _VALUES, grid.references[unknown]
        yield "error", _SIGNED, grid.errors[unknown]
    if unknown in grid.disagreements:
        yield "disagreement", _DISTANCE, grid.disagreements[unknown]
    if unknown == next(iter(grid.values)):  # residuals are of terms, not of unknowns
        for term, values in grid.residuals.items():
            yield f"residual of {term}", _SIGNED, values


def _kept(shape: list[int], most: int) -> list[np.ndarray]:
    """Indices along each axis that are shown."""
    total = math.prod(shape)
    factor = 1.0 if total <= most else (most / total) ** (1 / len(shape))
    counts = [size if factor == 1.0 else max(int(size * factor), min(size, 2)) for size in shape]
    return [
        np.unique(np.linspace(0, size - 1, count).round().astype(int))
        for size, count in zip(shape, counts, strict=True)
    ]


def _packed(values: Array, kept: list[np.ndarray]) -> str:
    with np.errstate(over="ignore"):
        numbers = values[np.ix_(*kept)].astype("<f4")
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode()


def _worst(grid: FieldOnGrid, unknown: str) -> dict[str, object] | None:
    """Where the error, or what two networks differ by, is largest on the whole grid."""
    if unknown in grid.references:
        name, distance = "error", np.abs(grid.errors[unknown])
    elif unknown in grid.disagreements:
        name, distance = "disagreement", grid.disagreements[unknown]
    else:
        return None
    distance = np.where(np.isfinite(distance), distance, np.nan)
    if np.isnan(distance).all():
        return None
    place = np.unravel_index(int(np.nanargmax(distance)), distance.shape)
    axes = map(_without_rounding, grid.axes.values())
    at = [float(axis[k]) for axis, k in zip(axes, place, strict=True)]
    return {"of": name, "value": float(distance[place]), "at": at}


def _without_rounding(axis: Array) -> Array:
    """Coordinates; what is zero but for rounding is zero."""
    return np.where(np.abs(axis) < _ROUNDING * np.abs(axis).max(), 0.0, axis)


def _label(field: Field, name: str) -> str:
    unit = field.units.get(name, "-")
    return f"{field.long_names.get(name, name)}{f' [{unit}]' if unit not in ('-', '1') else ''}"
