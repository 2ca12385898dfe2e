"""The layer where a periodic coordinate joins slopes that differ at the start."""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.hard.layers import Diffusion, bend_layer
from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.smoothness import has_seam
from pinn_metakan.ansatz.hard.step_layers import COMPARED_POINTS, spreading
from pinn_metakan.ansatz.hard.transfinite import Field, at_time, on_face, slope
from pinn_metakan.geometry.domain import Face
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.pde.formulation import Formulation

#: A layer is below all rounding at this many of its widths; most periods that it is repeated by
#: (docs/decisions/0025-layers.md).
_WIDTHS, _MOST_TURNS = 6, 50


@dataclass(frozen=True)
class SeamLayer:
    """A layer where a periodic coordinate joins two slopes that differ at the start.

    It repeats with the period, so that it is smooth across the ends from the first moment on.

    Args:
        axis: Column of the coordinate.
        low: Its lower end.
        high: Its upper end.
        diffusion: How it spreads.
        initial: The data at the start.
    """

    axis: int
    low: float
    high: float
    diffusion: Diffusion
    initial: Field

    def __call__(self, points: Tensor) -> Tensor:
        """Its values at points (N, d), (N,); 0 at the start."""
        start = at_time(points, self.diffusion.time)
        ends = [on_face(start, Face(self.axis, end, 1)) for end in (self.low, self.high)]
        first, last = (slope(self.initial, end, self.axis) for end in ends)
        width, period = self.diffusion.width(points), self.high - self.low
        turns = 1 + min(math.ceil(_WIDTHS * self.diffusion.widest / period), _MOST_TURNS)
        y = points[:, self.axis] - self.low
        layer = torch.zeros_like(y)
        for turn in range(turns):
            for away in (turn * period + y, (turn + 1) * period - y):
                layer = layer + bend_layer(away, width)
        return (first - last) / 2 * layer


def seam_layer(
    formulation: Formulation, number: int, pieces: Pieces, axis: int
) -> SeamLayer | None:
    """Find a layer for the seam of a periodic coordinate.

    Args:
        formulation: The problem.
        number: Of the unknown.
        pieces: Its data.
        axis: Column of the coordinate.

    Returns:
        The layer; None if slopes do not differ at the seam, or diffusion makes no layer of it.
    """
    domain = formulation.domain
    if pieces.initial is None or pieces.faces:
        return None
    if not has_seam(pieces.initial[1], axis, domain, 2, None):
        return None
    low, high = domain.bounds[axis]
    inside = sample_interior(domain, COMPARED_POINTS, "sobol", Generator().manual_seed(0)).points
    at = on_face(inside, Face(axis, low, -1))
    mean = float(pieces.initial[1](at_time(at, pieces.time)).mean())
    diffusion = spreading(formulation, number, pieces, axis, at, mean)
    if diffusion is None:
        return None
    return SeamLayer(axis, low, high, diffusion, pieces.initial[1])
