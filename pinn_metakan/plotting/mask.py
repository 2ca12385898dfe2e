"""The outline of a domain of any shape, told by where a field on a grid is known."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path as Outline
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from pinn_metakan.results.metrics import Array

#: Width of the filter that makes a smooth outline of a mask of nodes: this part of the nodes along
#: an axis, and the least and the most of it [spacings of the grid]. Less leaves stairs, more rounds
#: corners.
_SMOOTHING, _LEAST, _MOST = 0.03, 1.0, 3.0


def is_whole(values: Array) -> bool:
    """Whether a field is known on its whole grid."""
    return bool(np.isfinite(values).all())


def outline(axis: Axes, across: Array, up: Array, values: Array) -> Outline | None:
    """The smooth outline of where a field is known, holes included.

    Args:
        axis: Axes to find it on, which stay as they are.
        across: Coordinates, shape (n,).
        up: Coordinates, shape (m,).
        values: Shape (m, n), NaN outside the domain.

    Returns:
        A path to clip by; None if the field is known nowhere.
    """
    known: NDArray[np.bool_] = np.isfinite(values)
    if not known.any():
        return None
    width = min(max(_SMOOTHING * min(known.shape), _LEAST), _MOST)
    level = gaussian_filter(known.astype(np.float64), width, mode="nearest")
    contours = axis.contourf(across, up, level, levels=[0.5, 2.0])
    (path,) = contours.get_paths()
    contours.remove()
    return path


def continued(values: Array) -> Array:
    """A field that has, outside of where it is known, the value of the nearest known node."""
    known = np.isfinite(values)
    if known.all() or not known.any():
        return values
    nearest = distance_transform_edt(~known, return_distances=False, return_indices=True)
    filled: Array = values[tuple(nearest)]
    return filled
