"""Conditions of a user: hard where they say which data satisfy them, soft where they do not."""

import math
from collections.abc import Sequence

import pytest
import torch
from own_domains import Ellipse
from small_runs import FAST
from torch import Generator, Tensor

from pinn_metakan import BoundaryPart, Box, Condition, FirstTime, HardData, Interval, SpaceTime
from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.ansatz.features import Features
from pinn_metakan.ansatz.hard.constraints import HardConstraints, build_constraints
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Variables
from pinn_metakan.errors import ProblemError
from pinn_metakan.families.rbf import RBF
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.networks.kan import make_kan
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.solve import solve


class Level(Condition):
    """u = exp(level) on the wall."""

    region = "boundary"

    def __init__(self, level: float, where: str | None = None):
        self.level = level
        self.place = BoundaryPart(where)

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        return {"level": jet("u") - math.exp(self.level)}

    def hard_data(self, variables: Variables) -> Sequence[HardData]:
        def value(x: Tensor, y: Tensor) -> Tensor:
            return torch.full_like(x, self.level).exp()

        return [HardData("u", value, "level")]


class Rest(Condition):
    """u = 0 and u_t = 0 at the first time."""

    region, place = "initial", FirstTime()

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        return {"place": jet("u"), "speed": jet("u_t")}

    def hard_data(self, variables: Variables) -> Sequence[HardData]:
        return [HardData("u", 0.0, "place"), HardData("u", 0.0, "speed", is_velocity=True)]


class Ring(Condition):
    """x is an angle: u repeats."""

    region, place = "boundary", BoundaryPart()

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        return {"u": 0 * jet("u")}

    def periodic_axis(self, variables: Variables) -> int:
        return variables.axis("x")


class Bounded(Condition):
    """u <= 1 on the wall: no data would satisfy it."""

    region, place = "boundary", BoundaryPart()

    def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
        return {"u": torch.relu(jet("u") - 1)}


def stated(domain: Domain, coordinates: tuple[str, ...], **conditions: Condition) -> Formulation:
    class Given(Problem):
        unknowns = ("u",)

        def residual(self, jet: Jet) -> dict[str, Tensor]:
            return {"equation": jet("laplacian_u")}

    problem = Given()
    problem.domain, problem.coordinates, problem.conditions = domain, coordinates, conditions
    return formulate(problem)


def largest_residuals(formulation: Formulation, constraints: HardConstraints) -> dict[str, float]:
    """The largest residual of each term of a condition, for a random network."""
    domain = formulation.problem.domain
    features = Features(domain, constraints.periodic, (), constraints.flat)
    network = make_kan((features.size, 5, 1), RBF, Generator().manual_seed(3))
    ansatz = Ansatz(features, network, constraints.constraints)
    found = {}
    for name, residual in formulation.conditions.items():
        at = formulation.problem.conditions[name].sample(
            formulation.variables, domain, 100, "sobol", Generator().manual_seed(1)
        )
        values = evaluate_by_autograd(ansatz, at.points, residual.quantities)
        terms = residual.evaluate(Jet(formulation.variables, at.points, values), at)
        found |= {term: float(value.detach().abs().max()) for term, value in terms.items()}
    return found


SQUARE = Box((0.0, 1.0), (0.0, 2.0))


@pytest.mark.parametrize("domain", [SQUARE, Ellipse(2.0, 1.0)])
def test_an_own_condition_on_the_boundary_is_satisfied_by_construction(domain: Domain) -> None:
    formulation = stated(domain, ("x", "y"), wall=Level(0.5))
    constraints = build_constraints(formulation)
    assert constraints.satisfied == {"wall_level"}
    assert largest_residuals(formulation, constraints)["wall_level"] < 1e-12


def test_an_own_condition_on_a_face_is_satisfied_by_construction() -> None:
    formulation = stated(SQUARE, ("x", "y"), wall=Level(0.5, where="y=2"))
    constraints = build_constraints(formulation)
    assert constraints.satisfied == {"wall_level"}
    assert largest_residuals(formulation, constraints)["wall_level"] < 1e-12


def test_an_own_condition_at_the_start_is_satisfied_by_construction() -> None:
    formulation = stated(SpaceTime(Interval(0.0, 1.0), 1.0, 2.0), ("x", "t"), start=Rest())
    constraints = build_constraints(formulation)
    assert constraints.satisfied == {"start_place", "start_speed"}
    assert max(largest_residuals(formulation, constraints).values()) < 1e-12


def test_an_own_condition_makes_a_coordinate_periodic() -> None:
    constraints = build_constraints(stated(SQUARE, ("x", "y"), ring=Ring()))
    assert constraints.periodic == {0}
    assert constraints.satisfied == {"ring_u"}


def test_an_own_condition_that_offers_no_data_is_soft() -> None:
    formulation = stated(SQUARE, ("x", "y"), wall=Bounded())
    constraints = build_constraints(formulation)
    assert constraints.satisfied == frozenset()
    assert constraints.constraints[0].factor is None


def test_an_own_condition_is_solved_with() -> None:
    problem = stated(SQUARE, ("x", "y"), wall=Level(0.5)).problem
    solution = solve(problem, "kan", settings=FAST)
    assert float(solution["u"][0, 0]) == pytest.approx(math.exp(0.5), abs=1e-12)


def broken(**parts: object) -> Condition:
    kind = type("Mine", (Condition,), dict(vars(Bounded)) | parts)
    return kind()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"hard_data": lambda self, variables: [HardData("u", 0.0, "v")]},
            "condition 'wall': its hard_data name the term 'v', its residual has u",
        ),
        ({"hard_data": lambda self, variables: 1 / 0}, "its hard_data failed: ZeroDivisionError"),
        ({"check_names": lambda self, variables: 1 / 0}, "condition 'wall' failed: ZeroDivision"),
        ({"sample": lambda self, *rest: 3}, "sample returned int, expected a PointSet"),
        ({"periodic_axis": lambda self, variables: 1 / 0}, "failed: ZeroDivisionError"),
    ],
)
def test_a_mistake_in_an_own_condition_is_told(parts: dict[str, object], message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        build_constraints(stated(SQUARE, ("x", "y"), wall=broken(**parts)))


def test_a_residual_that_is_no_dict_is_named() -> None:
    class Bare(Level):
        def residual(self, jet: Jet, at: PointSet, variables: Variables) -> dict[str, Tensor]:
            return jet("u")  # type: ignore[return-value]

    with pytest.raises(ProblemError, match="condition 'wall': its residual returned Tensor, expec"):
        stated(Box((0.0, 1.0), (0.0, 1.0)), ("x", "y"), wall=Bare(0.0))
