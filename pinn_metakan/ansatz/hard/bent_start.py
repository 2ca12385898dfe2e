"""Data at the start that step or bend at some places, as smooth data and what diffusion takes."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from pinn_metakan.ansatz.hard.layers import Diffusion, bend_layer, step_layer
from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.smoothness import ROUNDING, derivative_along
from pinn_metakan.ansatz.hard.step_layers import spreading
from pinn_metakan.ansatz.hard.transfinite import Field
from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.jumps import Line, find_jump

# All four: docs/decisions/0025-layers.md.
#: Most steps, and most bends, that are taken out of data.
_MOST = 8
#: In parts of the line: how exactly places are known, how far from a place both sides are compared,
#: and how far from an end a place is, at least.
_PLACED, _BESIDE, _FROM_END = 1e-10, 1e-9, 1e-6


@dataclass(frozen=True)
class Corner:
    """A place where data step or bend.

    Args:
        x: Where [unit of the coordinate].
        step: The value after it less that before.
        bend: The slope after it less that before.
        diffusion: What spreads from there.
        shown: The place, for people.
    """

    x: float
    step: float
    bend: float
    diffusion: Diffusion
    shown: str

    def taken_out(self, points: Tensor) -> Tensor:
        """The step or the ramp at points (N, d), (N,)."""
        y = points[:, 0] - self.x
        return self.step * (y > 0).to(y.dtype) + self.bend * torch.relu(y)

    def spread(self, points: Tensor) -> Tensor:
        """What becomes of it by diffusion at points (N, d), (N,)."""
        y, width = self.x - points[:, 0], self.diffusion.width(points)
        return self.step / 2 * step_layer(y, width) + self.bend / 2 * bend_layer(y, width)


@dataclass(frozen=True)
class BentStart:
    """Data at the start, without their steps and bends.

    Args:
        term: Name of the residual term that they belong to.
        smooth: The data without them.
        size: The largest of them, steps and bends included [their unit].
        corners: Their steps and bends.
    """

    term: str
    smooth: Field
    size: float
    corners: tuple[Corner, ...]

    def spread(self, points: Tensor) -> Tensor:
        """The sum of what spreads from all corners at points (N, d), (N,)."""
        return torch.stack([corner.spread(points) for corner in self.corners]).sum(dim=0)


def take_corners_out(formulation: Formulation, number: int, pieces: Pieces) -> BentStart | None:
    """Take steps and bends out of the data at the start of an unknown.

    Args:
        formulation: The problem; there is one coordinate of space.
        number: Of the unknown.
        pieces: Its data.

    Returns:
        The data without them; None if there are none, too many, or they spread in another way than
        by diffusion.
    """
    domain = formulation.domain
    if pieces.initial is None or len(formulation.variables.space_axes) != 1:
        return None
    if domain.dimension != 2 or domain.time_axis is None or pieces.curved or pieces.parts:
        return None
    term, initial = pieces.initial
    low, high = domain.bounds[0]
    start = torch.tensor([low, pieces.time], dtype=torch.float64)
    end = torch.tensor([high, pieces.time], dtype=torch.float64)
    line = Line(start, end, (0,))

    def values(s: Tensor) -> Tensor:
        with torch.no_grad():
            return initial(line.points(s))

    size = float(values(torch.linspace(0, 1, 257, dtype=torch.float64)).abs().max())
    if not size < torch.inf:
        return None
    try:
        steps = _corners(values, ROUNDING * size)
        bends = _corners(derivative_along(initial, line, 1), 10 * ROUNDING * size)
    except ProblemError:  # data that torch cannot differentiate
        return None
    if steps is None or bends is None:
        return None
    places = [(s, jump, 0.0) for s, jump in steps]
    places += [(s, 0.0, jump / (high - low)) for s, jump in bends]
    corners = []
    for s, step, bend in places:
        at = line.points(torch.tensor([s], dtype=torch.float64))
        sides = values(torch.tensor([s - _BESIDE, s + _BESIDE], dtype=torch.float64))
        diffusion = spreading(formulation, number, pieces, 0, at, float(sides.mean()))
        if diffusion is None:
            return None
        x = float(at[0, 0])
        shown = f"{round(x / (high - low), 6) * (high - low):.4g}"
        corners.append(Corner(x, step, bend, diffusion, shown))
    if not corners:
        return None
    return BentStart(term, _without(initial, corners, high - low), size, tuple(corners))


def _corners(
    function: Callable[[Tensor], Tensor], noise: float
) -> list[tuple[float, float]] | None:
    """Places in [0, 1] where a function jumps, and by how much; None if there are too many."""
    found: list[tuple[float, float]] = []

    def rest(s: Tensor) -> Tensor:
        for place, _ in found:  # its own value at a place may be that of neither side
            side = 2 * (s > place).to(s.dtype) - 1
            s = torch.where((s - place).abs() < _BESIDE, place + side * _BESIDE, s)
        values = function(s)
        for place, jump in found:
            values = values - jump * (s > place).to(s.dtype)
        return values

    while True:
        place = find_jump(rest, noise)
        if place is None:
            return found
        if len(found) == _MOST or not _FROM_END < place < 1 - _FROM_END:
            return None
        sides = torch.tensor([place - _BESIDE, place + _BESIDE], dtype=torch.float64)
        before, after = function(sides).tolist()
        found.append((place, after - before))


def _without(initial: Field, corners: list[Corner], length: float) -> Field:
    """The data less their steps and bends, evaluated at either side of a place, never at it."""

    def smooth(points: Tensor) -> Tensor:
        beside = _PLACED * length
        x = points[:, 0]
        for corner in corners:
            y = (x - corner.x).detach()
            side = 2 * (y > 0).to(y.dtype) - 1
            x = x + torch.where(y.abs() < beside, side * beside - y, torch.zeros_like(y))
        points = torch.cat([x.unsqueeze(1), points[:, 1:]], dim=1)
        values = initial(points)
        for corner in corners:
            values = values - corner.taken_out(points)
        return values

    return smooth
