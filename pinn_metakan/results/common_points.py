"""Values of two solutions at the same points: those that both have, or interpolated ones."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pinn_metakan.results.metrics import Array

#: Coordinates agree to this, relative to their extent: decimals of a file of values are rounded.
_AGREEMENT = 1e-9
#: Axes and points along each that cubic splines are made for; beyond, they take minutes.
_CUBIC_AXES, _FEWEST = 2, 4


def at_nodes(
    axes: Mapping[str, Array], values: Array, where: Mapping[str, Array] | Array
) -> tuple[Array, str]:
    """Values on a grid, at the nodes of another one or at points.

    Args:
        axes: Of the grid.
        values: On it, NaN outside the domain.
        where: Axes of the same names, or points (M, d).

    Returns:
        Values in the shape of the other grid, or (M,), NaN where there are none; and how they came.
    """
    if isinstance(where, Mapping):
        chosen = [_positions(axes[name], axis) for name, axis in where.items()]
        if all(place is not None for place in chosen):
            how = "the same nodes" if values.shape == _shape(where) else "nodes that both have"
            return values[np.ix_(*[p for p in chosen if p is not None])], how
        meshes = np.meshgrid(*where.values(), indexing="ij")
        points, shape = np.stack([m.ravel() for m in meshes], axis=1), meshes[0].shape
    else:
        points, shape = where, (len(where),)
    return _interpolated(axes, values, points, shape)


def common_rows(
    first: Sequence[Array], second: Sequence[Array]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the points that two sets of points share.

    Args:
        first: Columns of the first set.
        second: Those of the second.

    Returns:
        Rows of the shared points in each set.
    """
    extents = [float(np.ptp(column)) if len(column) else 0.0 for column in first]
    steps = [_AGREEMENT * (extent or 1.0) for extent in extents]
    known = {key: row for row, key in enumerate(_keys(first, steps))}
    pairs = [(known[k], row) for row, k in enumerate(_keys(second, steps)) if k in known]
    rows = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


def _keys(columns: Sequence[Array], steps: Sequence[float]) -> list[tuple[int, ...]]:
    rounded = [np.rint(c / s).astype(np.int64) for c, s in zip(columns, steps, strict=True)]
    return list(zip(*(column.tolist() for column in rounded), strict=True))


def _positions(axis: Array, wanted: Array) -> NDArray[np.int64] | None:
    """Where the points of an axis stand in another one, None unless all do."""
    nearest = np.abs(axis[None, :] - wanted[:, None]).argmin(axis=1)
    extent = float(axis[-1] - axis[0]) or 1.0
    is_there = np.abs(axis[nearest] - wanted) <= _AGREEMENT * extent
    return nearest if bool(is_there.all()) else None


def _interpolated(
    axes: Mapping[str, Array], values: Array, points: Array, shape: tuple[int, ...]
) -> tuple[Array, str]:
    from scipy.interpolate import RegularGridInterpolator  # takes long to import

    is_cubic = len(axes) <= _CUBIC_AXES and min(values.shape) >= _FEWEST
    is_cubic = is_cubic and not bool(np.isnan(values).any())
    method: Literal["cubic", "linear"] = "cubic" if is_cubic else "linear"
    lines = list(axes.values())
    low, high = (np.array([line[end] for line in lines]) for end in (0, -1))
    margin = _AGREEMENT * (high - low)
    is_inside = ((points >= low - margin) & (points <= high + margin)).all(axis=1)
    found = np.full(len(points), math.nan)
    if is_inside.any():
        interpolate = RegularGridInterpolator(lines, values, method=method)
        found[is_inside] = interpolate(np.clip(points[is_inside], low, high))
    return found.reshape(shape), f"interpolated ({method})"


def _shape(axes: Mapping[str, Array]) -> tuple[int, ...]:
    return tuple(len(axis) for axis in axes.values())
