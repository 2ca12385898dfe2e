"""Flat faces across a coordinate, and the two ends of one."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Face:
    """A flat part of a boundary: the points whose coordinate `axis` equals `value`.

    Args:
        axis: Index of the coordinate that is constant on the face.
        value: Its value there [unit of the coordinate].
        sign: Direction of the outward normal along the axis, -1 or +1.
    """

    axis: int
    value: float
    sign: int

    @property
    def name(self) -> str:
        """Its name as a part of a boundary, coordinates by number, such as ``x1=-0.5``."""
        return f"x{self.axis + 1}={self.value:.12g}"


def checked_side(side: object) -> tuple[float, float]:
    """Read the bounds of a coordinate.

    Args:
        side: What was given.

    Returns:
        (low, high).

    Raises:
        ValueError: If it is not two finite numbers in increasing order.
    """
    try:
        low, high = (float(value) for value in side)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ValueError(f"expected (low, high), two numbers, got {side!r}") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"expected two finite numbers low < high, got ({low}, {high})")
    return low, high


def projected(points: Tensor, axis: int, value: float) -> Tensor:
    """Points (N, d) with a number in the place of one coordinate, (N, d)."""
    columns = list(points.unbind(1))
    columns[axis] = torch.full_like(columns[axis], value)
    return torch.stack(columns, dim=1)


def linear_factor(
    bounds: Sequence[tuple[float, float]], points: Tensor, faces: Collection[Face]
) -> Tensor | None:
    """Multiply linear functions that vanish on faces at bounds; see `Domain.face_factor`."""
    values: Tensor | None = None
    for axis in sorted({face.axis for face in faces}):
        ends = {face.value for face in faces if face.axis == axis}
        low, high = bounds[axis]
        if not ends <= {low, high}:
            return None
        x = points[:, axis]
        if len(ends) == 2:
            side = (2.0 / (high - low)) ** 2 * (x - low) * (high - x)
        else:
            side = 1.0 / (high - low) * (x - low if ends == {low} else high - x)
        values = side if values is None else values * side
    return values
