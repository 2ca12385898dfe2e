"""Points as users give them: rows of columns, or coordinates by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from pinn_metakan.errors import UserError
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.results.metrics import Array


@dataclass(frozen=True)
class Places:
    """Points, and which of them are evaluated.

    Args:
        points: Shape (M, d), float64.
        is_used: Which are evaluated, (M,); the others lie outside of the domain.
        shape: Shape of what was given; M numbers.
    """

    points: Tensor
    is_used: Tensor
    shape: tuple[int, ...]

    def laid_out(self, values: Tensor) -> Array:
        """Put values (K, ...) at those that are evaluated in shape, NaN at the others."""
        found = torch.full((len(self.points), *values.shape[1:]), torch.nan, dtype=torch.float64)
        found[self.is_used] = values.detach().double()
        return found.numpy().reshape((*self.shape, *values.shape[1:]))


def places(
    points: ArrayLike | Tensor | None,
    coordinates: Mapping[str, ArrayLike | Tensor],
    names: Sequence[str],
    columns: Sequence[str],
    domain: Domain,
    extrapolate: bool,
) -> Places:
    """Read points.

    Args:
        points: Shape (M, d); None where coordinates are given.
        coordinates: Numbers or arrays by name, which are broadcast against each other; of a vector
            coordinate ``x`` either ``x`` with d components in its last dimension, or ``x1``, ...
        names: Names of the coordinates; the first may be a vector.
        columns: One name for each column of a point.
        domain: Where the field was trained.
        extrapolate: Whether points outside are evaluated too.

    Returns:
        The points.

    Raises:
        UserError: If there are none, names or shapes do not fit, or a number is not finite.
    """
    if (points is None) == (not coordinates):
        example = ", ".join(f"{name}=..." for name in names)
        raise UserError(f"expected either points (M, {len(columns)}) or {example}")
    if points is not None:
        array = _numbers("points", points)
        if array.ndim != 2 or array.shape[1] != len(columns):
            raise UserError(
                f"points must have shape (M, {len(columns)}), columns {', '.join(columns)}, "
                f"got {array.shape}"
            )
        shape: tuple[int, ...] = (len(array),)
    else:
        array, shape = _by_name(coordinates, names, columns)
    tensor = torch.from_numpy(array)
    is_finite = torch.isfinite(tensor).all(dim=1)
    if not bool(is_finite.all()):
        row = int((~is_finite).nonzero()[0])
        place = ", ".join(f"{value:g}" for value in array[row])
        raise UserError(f"point {row} at ({place}) is not finite")
    is_used = torch.ones_like(is_finite) if extrapolate else domain.contains(tensor)
    return Places(tensor, is_used, shape)


def _by_name(
    coordinates: Mapping[str, ArrayLike | Tensor], names: Sequence[str], columns: Sequence[str]
) -> tuple[Array, tuple[int, ...]]:
    given = {name: _numbers(name, value) for name, value in coordinates.items()}
    vector = names[0] if len(names) < len(columns) else None
    if vector is not None and vector in given:
        components = [name for name in columns if name not in names]
        whole = given.pop(vector)
        if whole.ndim == 0 or whole.shape[-1] != len(components):
            raise UserError(
                f"{vector} must have {len(components)} components in its last dimension, got "
                f"shape {whole.shape}"
            )
        given |= dict(zip(components, np.moveaxis(whole, -1, 0), strict=True))
    for name in given:
        if name not in columns:
            raise UserError(f"no coordinate {name!r}; there are {', '.join(names)}")
    missing = [name for name in columns if name not in given]
    if missing:
        raise UserError(f"the coordinate {missing[0]} is missing; expected {', '.join(columns)}")
    try:
        parts = np.broadcast_arrays(*(given[name] for name in columns))
    except ValueError:
        shapes = ", ".join(f"{name} {given[name].shape}" for name in columns)
        raise UserError(f"coordinates do not broadcast against each other: {shapes}") from None
    return np.stack([part.ravel() for part in parts], axis=1), parts[0].shape


def _numbers(what: str, value: ArrayLike | Tensor) -> Array:
    if isinstance(value, Tensor):
        value = value.detach().cpu().numpy()
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise UserError(f"{what} must be numbers: {error}") from error
