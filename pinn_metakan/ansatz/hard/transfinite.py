"""Functions that take given values on a boundary and at a time, by transfinite interpolation.

On a box, P_k f replaces the k-th coordinate of f by the ends where data are given and blends
linearly between them. Adding P_k[h - g] to g makes g right at the ends of axis k and leaves it
right where it was, because the data agree where faces meet.

Source: Gordon and Hall, Numer. Math. 21 (1973) 109-129.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pinn_metakan.geometry.domain import Domain, Face, projected

#: Takes points (N, d), gives values (N,).
Field = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Number:
    """Data that are one number.

    Args:
        value: The number.
    """

    value: float

    def __call__(self, points: Tensor) -> Tensor:
        """The number at each point (N, d): (N,)."""
        return torch.full_like(points[:, 0], self.value)


def is_number(field: Field) -> bool:
    """Tell whether data are one number, which is smooth."""
    return isinstance(field, Number)


def zero(points: Tensor) -> Tensor:
    """0 at each point (N, d): (N,)."""
    return torch.zeros_like(points[:, 0])


def summed(fields: Sequence[Field]) -> Field:
    """Add fields."""

    def value(points: Tensor) -> Tensor:
        values = fields[0](points)
        for field in fields[1:]:
            values = values + field(points)
        return values

    return fields[0] if len(fields) == 1 else value


def start_from(initial: Field, velocity: Field | None, start: float) -> Field:
    """Extend data at a time in time: u_0 + (t - start) v_0."""
    if velocity is None:
        return initial
    return lambda points: initial(points) + (points[:, -1] - start) * velocity(points)


def add_faces(field: Field, data: Mapping[Face, Field], domain: Domain) -> Field:
    """Correct a field so that it takes data on flat faces.

    Args:
        field: The field g so far.
        data: What it shall be on each face.
        domain: Gives the bounds.

    Returns:
        The corrected field.
    """
    for axis in sorted({face.axis for face in data}):
        ends = {face: data[face] for face in data if face.axis == axis}
        field = _add_axis(field, ends, *domain.bounds[axis])
    return field


def _add_axis(field: Field, ends: Mapping[Face, Field], low: float, high: float) -> Field:
    def corrected(points: Tensor) -> Tensor:
        values = field(points)
        for face, wanted in ends.items():
            at_face = on_face(points, face)
            missing = wanted(at_face) - field(at_face)
            if len(ends) == 1:
                values = values + missing
            else:
                other = low if face.sign > 0 else high
                values = values + missing * (points[:, face.axis] - other) / (face.value - other)
        return values

    return corrected


def on_face(points: Tensor, face: Face) -> Tensor:
    """Project points (N, d) on a flat face, along its normal."""
    return projected(points, face.axis, face.value)


def at_time(points: Tensor, time: float) -> Tensor:
    """The same places (N, d) at a time."""
    return torch.cat([points[:, :-1], torch.full_like(points[:, -1:], time)], dim=1)


def curved_with_start(
    boundary: Field, initial: Field | None, velocity: Field | None, start: float
) -> Field:
    """Take data on a curved boundary and at a time.

    The boundary data h are extended into the domain by their own formula, and corrected by
    u_0 - h(x, start) + (t - start) (v_0 - h_t(x, start)), which vanishes on the boundary.

    Args:
        boundary: h, defined in all of the domain.
        initial: u_0, None for a steady domain.
        velocity: v_0, None unless given.
        start: The time of u_0 and v_0, the first or the last one.

    Returns:
        The field.
    """
    if initial is None:
        return boundary

    def corrected(points: Tensor) -> Tensor:
        first = at_time(points, start)
        values = boundary(points) + initial(points) - boundary(first)
        if velocity is not None:
            missing = velocity(points) - slope(boundary, first)
            values = values + (points[:, -1] - start) * missing
        return values

    return corrected


def slope(field: Field, points: Tensor, axis: int = -1) -> Tensor:
    """Differentiate a field along a coordinate, the last one unless given: (N, d) -> (N,)."""
    is_differentiated = torch.is_grad_enabled() and points.requires_grad
    with torch.enable_grad():
        if not is_differentiated:
            points = points.detach().requires_grad_()
        values = field(points)
        if not values.requires_grad:  # the field is constant
            return torch.zeros_like(values)
        (slopes,) = torch.autograd.grad(
            values.sum(), points, create_graph=True, materialize_grads=True
        )
    return slopes[:, axis] if is_differentiated else slopes[:, axis].detach()
