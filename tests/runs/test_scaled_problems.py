"""A problem in other units is solved as well: its sizes, lengths and duration change nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

import pytest
import torch
from torch import Tensor

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Coordinate, Derivative
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Box
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.pde.boundary_conditions import Dirichlet
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.data import Data
from pinn_metakan.pde.formulation import formulate
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.solve import solve

#: Problems with one unknown u, whose domain and conditions can be multiplied here.
SCALED = [
    *("advection", "ball_allen_cahn", "ball_poisson", "burgers", "heat"),
    *("helmholtz", "klein_gordon", "poisson", "wave"),
]
SHORT: dict[str, object] = {
    "network": {"widths": [4]},
    "points": {"interior": 60, "boundary": 20, "initial": 20},
    "adam": {"steps": 3},
    "lm": {"steps": 4, "redraw_every": 3},
    "untie": {"steps": 0},
    "evaluation": {"shape": [15, 15], "points": 200},
    "report_every": 1,
}


@dataclass(frozen=True)
class Factors:
    """What a problem is multiplied by.

    Args:
        size: The unknowns.
        length: The coordinates of space.
        duration: Time.
        equation: The residual.
    """

    size: float = 1.0
    length: float = 1.0
    duration: float = 1.0
    equation: float = 1.0


class InOtherUnits(Problem):
    """A shipped problem whose unknowns, coordinates and residual are multiplied by numbers."""

    def __init__(self, name: str, factors: Factors):
        shipped = load_problem(name)
        self._shipped, self._variables = shipped, formulate(shipped).variables
        self._factors = factors
        self.coordinates, self.unknowns = shipped.coordinates, shipped.unknowns
        self.settings, self.network_settings = shipped.settings, shipped.network_settings
        self.domain = scaled_domain(shipped.domain, factors)
        self.conditions = {
            key: self._scaled(condition) for key, condition in shipped.conditions.items()
        }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        def unscaled(*names: str) -> Tensor | tuple[Tensor, ...]:
            values = [jet(name) * self._unit(name) for name in names]
            return values[0] if len(values) == 1 else tuple(values)

        terms = self._shipped.residual(cast(Jet, unscaled))
        return {term: self._factors.equation * value for term, value in terms.items()}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        found = self._shipped.reference(points / self._lengths())
        assert found is not None
        return {name: self._factors.size * value for name, value in found.items()}

    def _lengths(self) -> Tensor:
        columns = range(self.domain.dimension)
        space, time = self._factors.length, self._factors.duration
        lengths = [time if c == self.domain.time_axis else space for c in columns]
        return torch.tensor(lengths, dtype=torch.float64)

    def _unit(self, name: str) -> float:
        lengths, quantity = self._lengths().tolist(), self._variables.parse(name)
        if isinstance(quantity, Coordinate):
            return 1 / lengths[quantity.columns[0]]
        axes = quantity.axes if isinstance(quantity, Derivative) else quantity.axes[:1] * 2
        return math.prod(lengths[axis] for axis in axes) / self._factors.size

    def _scaled(self, condition: Condition) -> Condition:
        if "values" not in vars(condition):  # it is periodic
            return condition
        values: Mapping[str, Data] = vars(condition)["values"]
        return type(condition)(**{k: self._times(d, 1 / self._unit(k)) for k, d in values.items()})

    def _times(self, data: Data, size: float) -> Data:
        if not callable(data):
            return size * data
        function = data

        def scaled(*coordinates: Tensor) -> Tensor:
            lengths = self._lengths().tolist()
            return size * function(
                *(x / length for x, length in zip(coordinates, lengths, strict=False))
            )

        return scaled


def scaled_domain(domain: Domain, factors: Factors) -> Domain:
    if isinstance(domain, SpaceTime):
        space, (start, end) = scaled_domain(domain.space, factors), domain.bounds[-1]
        return SpaceTime(space, factors.duration * start, factors.duration * end)
    if isinstance(domain, Ball):
        return Ball(domain.dimension, factors.length * domain.radius)
    return Box(*((factors.length * low, factors.length * high) for low, high in domain.bounds))


def scaled_run(name: str, factors: Factors, **settings: object) -> AssembledRun:
    changes = {**SHORT, **settings}
    if name.startswith("ball"):
        changes["evaluation"] = {"points": 200}
    return run_of(InOtherUnits(name, factors), "metakan", changes, "cpu", "float64")


def train(run: AssembledRun) -> list[float]:
    """All losses on the way."""
    run.trainer.run(lambda: None, lambda entry: None)
    return [entry["loss"] for entry in run.record.entries]


def lengths_of(run: AssembledRun) -> Tensor:
    """The factor of each coordinate."""
    assert isinstance(run.problem, InOtherUnits)
    return run.problem._lengths()


def errors(run: AssembledRun) -> list[float]:
    """Relative L2 error of each unknown after training."""
    train(run)
    values = run.evaluate(run.grid.points)
    return [float((values[k] - r).norm() / r.norm()) for k, r in run.reference.items()]


@pytest.mark.parametrize(("power", "conditions"), [(20, "hard"), (-20, "soft")])
@pytest.mark.parametrize("name", SCALED)
def test_powers_of_two_change_no_bit(name: str, power: int, conditions: str) -> None:
    size = 2.0**power
    factors = Factors(size, length=4.0 * size, duration=0.5 / size, equation=8.0 / size)
    expected = scaled_run(name, Factors(), conditions=conditions)
    run = scaled_run(name, factors, conditions=conditions)
    assert (run.ansatz.sizes == size * expected.ansatz.sizes).all()
    for term, found in run.objective.sizes.items():  # a slope has a unit of its own
        unit = found / expected.objective.sizes[term]
        assert math.frexp(unit)[0] == 0.5
        assert unit == factors.equation or term not in run.equations.terms
    for found, same in zip(run.objective.linearize(), expected.objective.linearize(), strict=True):
        assert (found == same).all()
    assert train(run) == train(expected)
    points = expected.grid.points
    values = run.evaluate(points * lengths_of(run))["u"]
    assert (values == size * expected.evaluate(points)["u"]).all()


@pytest.mark.parametrize("name", SCALED)
def test_units_that_round_reach_the_same_error(name: str) -> None:
    few = {"points": {"interior": 200}, "lm": {"steps": 2}}  # more steps blow rounding up
    (expected,) = errors(scaled_run(name, Factors(), **few))
    for size in (1e-6, 1e-3, 1e3, 1e6):
        factors = Factors(size, length=1 / size, duration=3 * size, equation=size**2)
        (found,) = errors(scaled_run(name, factors, **few))
        assert found == pytest.approx(expected, rel=1e-2)


class LargeHeat(Problem):
    """u_t = u_xx / 4,  u(x, 0) = 1000 sin(pi x),  u = 0 at the ends, in kelvin."""

    coordinates, unknowns = ("x", "t"), ("u",)
    units: ClassVar = {"u": "K"}

    def __init__(self, size: float = 1000.0):
        self.size = size
        self.domain = SpaceTime(Box((0.0, 1.0)), 0.0, 1.0)
        start = Initial(u=lambda x: size * torch.sin(math.pi * x))
        self.conditions = {"start": start, "walls": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        u_t, u_xx = jet("u_t", "u_xx")
        return {"heat": u_t - u_xx / 4}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, t = points.unbind(1)
        return {"u": self.size * torch.exp(-(math.pi**2) * t / 4) * torch.sin(math.pi * x)}


class LargeSource(Problem):
    """-(u_xx + u_yy) = 2e6 pi^2 sin(pi x) sin(pi y),  u = 0 on the boundary."""

    coordinates, unknowns = ("x", "y"), ("u",)

    def __init__(self, size: float = 1e6):
        self.size = size
        self.domain = Box((0.0, 1.0), (0.0, 1.0))
        self.conditions = {"boundary": Dirichlet(u=0.0)}

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        x, y, u_xx, u_yy = jet("x", "y", "u_xx", "u_yy")
        source = torch.sin(math.pi * x) * torch.sin(math.pi * y)
        return {"poisson": -(u_xx + u_yy) - 2 * math.pi**2 * self.size * source}

    def reference(self, points: Tensor) -> dict[str, Tensor]:
        x, y = points.unbind(1)
        return {"u": self.size * torch.sin(math.pi * x) * torch.sin(math.pi * y)}


@pytest.mark.parametrize("kind", [LargeHeat, LargeSource])
def test_kelvin_and_pascal_are_solved_as_numbers_of_order_one(
    kind: type[LargeHeat] | type[LargeSource],
) -> None:
    changes = {**SHORT, "points": {"interior": 200}, "adam": {"steps": 10}, "lm": {"steps": 12}}
    found, expected = (
        solve(problem, settings=changes, device="cpu").relative_l2["u"]
        for problem in (kind(), kind(1.0))
    )
    assert max(found, expected) < 1e-2
