r"""How many characteristic times the duration of a problem is, found before training.

Around the initial values u_0(x), held for all times, and around others of the size of the
unknowns where time is alone and equations are not affine, three small changes of an unknown show
what an equation does with v, v_t and v_tt: v(x), which it answers by A v, (t - t_0) v(x), and (t
- t_0)^2 v(x) / 2. What is left of the answers to these, once those to values and slopes are taken
off, is M_1 v and M_2 v. With their root mean squares over points and over some v, the evolution
that balances them has the rate s > 0 of

.. math::
    M_2 s^2 + M_1 s = A.
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.geometry.domain import projected
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.responses import with_random_features
from pinn_metakan.pde.formulation import Formulation

# All: docs/decisions/0023-slabs.md.
#: Points at which equations are evaluated, and random shapes of v.
_POINTS, _SHAPES = 100, 8
#: Other states that are looked at where time is alone and equations are not affine.
_STATES = 4
#: Length of a change beside the size of its unknown.
_STEP = 1e-3
#: What is below this part of what it is compared with is rounding.
_ROUNDING = 1e-6


def characteristic_times(formulation: Formulation, objective: Objective) -> float:
    """Count the characteristic times that a problem's duration is.

    Args:
        formulation: The problem; it has a time, or one coordinate alone.
        objective: Its ansatz, points and scales, over the whole time; the network does not matter.

    Returns:
        The largest number of an equation [-]; 0 if none tells one.
    """
    axis = formulation.variables.evolution_axis
    assert axis is not None
    first, last = formulation.domain.bounds[axis]
    points = objective.collocation.equations.at.points[:_POINTS]
    sizes = [objective.scales.unknowns[name] for name in formulation.variables.unknowns]
    drawn = torch.rand(_STATES, len(sizes), generator=Generator().manual_seed(0)) * 2 - 1
    moves = torch.cat([torch.zeros(1, len(sizes)), drawn])
    found = 0.0
    sized = points.new_tensor(sizes)
    looks_further = formulation.variables.dimension == 1 and not formulation.equations.is_affine
    for move in moves if looks_further else moves[:1]:
        start = _Start(objective.ansatz, points, axis, first, sized, sized * move.to(points))
        found = max(found, _times_around(formulation, start, sizes, last - first))
    return found


def _times_around(
    formulation: Formulation, start: "_Start", sizes: list[float], duration: float
) -> float:
    """The largest number of characteristic times of an equation around one state."""
    lengths = start.shapes(start.points).detach().square().mean(dim=0).sqrt().tolist()
    found = 0.0
    own = [[_SHAPES + unknown] for unknown in range(len(sizes))]
    for shapes in ([list(range(_SHAPES))] * len(sizes), own):
        changes = [
            _Change(unknown, shape, size / lengths[shape])
            for unknown, size in enumerate(sizes)
            for shape in shapes[unknown]
            if lengths[shape] > _ROUNDING
        ]
        if changes:
            for answers in _answers(formulation, start, changes).values():  # (3, changes, N)
                squares = answers.square().mean(dim=2).sum(dim=1) / len(shapes[0])
                values, slopes, curvatures = squares.sqrt().tolist()
                found = max(found, _times(values, slopes, curvatures, duration))
    return found


class _Start:
    """The unknowns at the first time, and shapes of changes of them.

    Args:
        ansatz: The field.
        points: Where, (N, d).
        axis: Column of the time.
        time: The first time.
        sizes: Those of the unknowns, (m,).
        move: What is added to the values at the first time, (m,).
    """

    def __init__(
        self,
        ansatz: Ansatz,
        points: Tensor,
        axis: int,
        time: float,
        sizes: Tensor,
        move: Tensor,
    ):
        self.points = points
        self._move = move
        self._axis, self._time, self._sizes = axis, time, sizes
        self._data, _ = with_random_features(ansatz, points)
        # Rates are those of the equations, with or without conditions on slopes.
        self._features = ansatz.features.without_flat_ends()
        inputs = self._features(self._at_start(points))  # (N, F)
        size = (_SHAPES, inputs.shape[1] + 1)
        drawn = torch.randn(size, generator=Generator().manual_seed(0), dtype=torch.float64)
        slopes, self._offsets = drawn.to(inputs).split([inputs.shape[1], 1], dim=1)
        spread = (inputs @ slopes.T).std(dim=0, correction=0)
        self._slopes = slopes / torch.where(spread > _ROUNDING, spread, 1.0).unsqueeze(1)

    def past(self, points: Tensor) -> Tensor:
        """Time since the first one, (N,)."""
        return points[:, self._axis] - self._time

    def values(self, points: Tensor) -> Tensor:
        """Values at the first time at the places of some points: (N, d) -> (N, m)."""
        return self._data(self._at_start(points)) + self._move

    def shapes(self, points: Tensor) -> Tensor:
        """Shapes of order one, random ones, then the m values: (N, d) -> (N, shapes + m)."""
        inputs = self._features(self._at_start(points))
        random = torch.tanh(inputs @ self._slopes.T + self._offsets[:, 0])
        return torch.cat([random, self.values(points) / self._sizes], dim=1)

    def _at_start(self, points: Tensor) -> Tensor:
        return projected(points, self._axis, self._time)


@dataclass(frozen=True)
class _Change:
    """A change v of an unknown.

    Args:
        unknown: Which unknown.
        shape: A column of `_Start.shapes`.
        factor: What it is multiplied by.
    """

    unknown: int
    shape: int
    factor: float


def _answers(formulation: Formulation, start: _Start, changes: list[_Change]) -> dict[str, Tensor]:
    """A v, M_1 v and M_2 v at N points by term, (3, changes, N)."""
    like = start.points
    shape = (2, 3, len(changes), len(like))  # sign, power of time, change, point
    points = like.expand(*shape, -1).reshape(-1, like.shape[1])

    def rows(values: Tensor, axis: int) -> Tensor:
        """A value for each index along an axis of `shape`, at each row of the points."""
        trailing = values.shape[1:]
        inner = [1] * len(shape)
        inner[axis] = len(values)
        return values.view(*inner, *trailing).expand(*shape, *trailing).reshape(-1, *trailing)

    step = rows(like.new_tensor([_STEP, -_STEP]), 0)
    powers = rows(torch.eye(3, dtype=like.dtype, device=like.device), 1)  # (rows, 3)
    columns = rows(torch.tensor([c.shape for c in changes], device=like.device), 2)
    changed_unknowns = like.new_zeros(len(changes), len(formulation.variables.unknowns))
    for row, change in enumerate(changes):
        changed_unknowns[row, change.unknown] = change.factor
    unknowns = rows(changed_unknowns, 2)  # (rows, m)

    def field(points: Tensor) -> Tensor:
        past = start.past(points)
        growth = (torch.stack([torch.ones_like(past), past, past**2 / 2], dim=1) * powers).sum(1)
        v = start.shapes(points).gather(1, columns.unsqueeze(1))
        return start.values(points) + (step * growth).unsqueeze(1) * v * unknowns

    equations = formulation.equations
    jet = Jet(
        formulation.variables, points, evaluate_by_autograd(field, points, equations.quantities)
    )
    found = {}
    past = start.past(like)
    for term, values in equations.evaluate(jet, PointSet(points)).items():
        up, down = values.detach().view(shape)
        a, b, c = (up - down) / (2 * _STEP)
        slope = b - past * a
        found[term] = torch.stack([a, slope, c - past * slope - past**2 / 2 * a])
    return found


def _times(values: float, slopes: float, curvatures: float, duration: float) -> float:
    """How many characteristic times a duration is, 0 for an equation that holds at each time."""
    first, second = slopes / duration, curvatures / duration**2
    if not max(first, second) > _ROUNDING * values:
        return 0.0
    # The positive root of second s^2 + first s = values, without cancellation.
    return 2 * values / (first + math.sqrt(first**2 + 4 * second * values))
