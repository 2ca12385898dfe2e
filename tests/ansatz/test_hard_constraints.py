"""Hard constraints: satisfied for any network, at any point; contradictions become soft."""

import math
from collections.abc import Callable, Mapping

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.ansatz.features import Features
from pinn_metakan.ansatz.hard.constraints import build_constraints
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.families.rbf import RBF
from pinn_metakan.geometry.ball import Ball
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.networks.kan import make_kan
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Periodic
from pinn_metakan.pde.condition import Condition
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.terminal import Terminal


def stated(
    domain: Domain,
    coordinates: tuple[str, ...],
    conditions: Mapping[str, Condition],
    unknowns: tuple[str, ...] = ("u",),
) -> Formulation:
    class Given(Problem):
        def residual(self, jet: Jet) -> dict[str, Tensor]:
            return {"equation": jet(self.unknowns[0])}

    problem = Given()
    problem.domain, problem.coordinates = domain, coordinates
    problem.unknowns, problem.conditions = unknowns, conditions
    return formulate(problem)


def random_ansatz(formulation: Formulation) -> Ansatz:
    constraints = build_constraints(formulation)
    features = Features(formulation.problem.domain, constraints.periodic, (), constraints.flat)
    outputs = len(formulation.variables.unknowns)
    network = make_kan((features.size, 5, outputs), RBF, Generator().manual_seed(3))
    return Ansatz(features, network, constraints.constraints)


def residuals(formulation: Formulation, ansatz: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
    terms: dict[str, Tensor] = {}
    domain = formulation.problem.domain
    for name, residual in formulation.conditions.items():
        condition = formulation.problem.conditions[name]
        at = condition.sample(
            formulation.variables, domain, 300, "sobol", Generator().manual_seed(1)
        )
        values = evaluate_by_autograd(ansatz, at.points, residual.quantities)
        terms |= residual.evaluate(Jet(formulation.variables, at.points, values), at)
    return terms


def saddle(x: Tensor, y: Tensor) -> Tensor:
    return x**2 - y + torch.sin(3 * x * y)


SQUARE = Box((0.0, 1.0), (-1.0, 2.0))
CUBE_TIME = SpaceTime(Box((0.0, 1.0), (0.0, 1.0)), 0.5, 2.0)
ROD_TIME = SpaceTime(Interval(-1.0, 1.0), 0.0, 1.0)

HARD: dict[str, tuple[Domain, tuple[str, ...], dict[str, Condition]]] = {
    "interval": (Interval(0.0, 2.0), ("x",), {"a": Dirichlet(u=lambda x: torch.cos(x))}),
    "one face": (Interval(0.0, 2.0), ("x",), {"a": Dirichlet(u=3.0, where="x=2")}),
    "square": (SQUARE, ("x", "y"), {"a": Dirichlet(u=saddle)}),
    "three faces": (
        SQUARE,
        ("x", "y"),
        {f"a{k}": Dirichlet(u=saddle, where=f) for k, f in enumerate(("x=0", "y=-1", "y=2"))},
    ),
    "cube": (
        Box((0.0, 1.0), (0.0, 1.0), (0.0, 1.0)),
        ("x", "y", "z"),
        {"a": Dirichlet(u=lambda x, y, z: torch.sin(x + 2 * y) * torch.exp(z))},
    ),
    "ten dimensions": (Box(*[(0.0, 1.0)] * 10), ("x",), {"a": Dirichlet(u=2.0)}),
    "disk": (Ball(2, 2.0, (1.0, 0.0)), ("x", "y"), {"a": Dirichlet(u=saddle)}),
    "ball": (Ball(10), ("x",), {"a": Dirichlet(u=0.0)}),
    "heat": (
        ROD_TIME,
        ("x", "t"),
        {
            "start": Initial(u=lambda x: torch.sin(math.pi * x) + x),
            "walls": Dirichlet(u=lambda x, t: x * torch.exp(-t)),
        },
    ),
    "wave": (
        ROD_TIME,
        ("x", "t"),
        {
            "start": Initial(u=lambda x: 1 - x**2, u_t=lambda x: x),
            "walls": Dirichlet(u=lambda x, t: x * torch.sin(t)),
        },
    ),
    "plate in time": (
        CUBE_TIME,
        ("x", "y", "t"),
        {
            "start": Initial(u=lambda x, y: x * y),
            "left": Dirichlet(u=0.0, where="x=0"),
            "right": Dirichlet(u=lambda x, y, t: y + y**2 * (t - 0.5), where="x=1"),
        },
    ),
    "disk in time": (
        SpaceTime(Ball(2), 1.0, 2.0),
        ("x", "y", "t"),
        {
            "start": Initial(u=lambda x, y: x * y, u_t=lambda x, y: 2 * x * y),
            "rim": Dirichlet(u=lambda x, y, t: x * y * t**2),
        },
    ),
    "periodic": (
        ROD_TIME,
        ("x", "t"),
        {"ends": Periodic("x"), "start": Initial(u=lambda x: torch.cos(math.pi * x))},
    ),
    "ordinary": (Interval(1.0, 3.0), ("t",), {"start": Initial(u=2.0, u_t=-1.0)}),
    "ordinary, last time": (Interval(1.0, 3.0), ("t",), {"end": Terminal(u=2.0, u_t=-1.0)}),
    "last time": (
        ROD_TIME,
        ("x", "t"),
        {
            "end": Terminal(u=lambda x: 1 - x**2, u_t=lambda x: x),
            "walls": Dirichlet(u=lambda x, t: x * torch.sin(t - 1)),
        },
    ),
    "disk at the last time": (
        SpaceTime(Ball(2), 1.0, 2.0),
        ("x", "y", "t"),
        {"end": Terminal(u=lambda x, y: 4 * x), "rim": Dirichlet(u=lambda x, y, t: x * t**2)},
    ),
}


@pytest.mark.parametrize(("domain", "coordinates", "conditions"), HARD.values(), ids=HARD)
def test_conditions_hold_for_a_random_network(
    domain: Domain, coordinates: tuple[str, ...], conditions: dict[str, Condition]
) -> None:
    formulation = stated(domain, coordinates, conditions)
    constraints = build_constraints(formulation)
    found = residuals(formulation, random_ansatz(formulation))
    assert constraints.satisfied == set(found)
    assert constraints.notes == ()
    for term, values in found.items():
        assert values.abs().max() < 1e-10, term


@pytest.mark.parametrize(("domain", "coordinates", "conditions"), HARD.values(), ids=HARD)
def test_the_field_is_free_inside(
    domain: Domain, coordinates: tuple[str, ...], conditions: dict[str, Condition]
) -> None:
    formulation = stated(domain, coordinates, conditions)
    ansatz = random_ansatz(formulation)
    inside = domain.interior(torch.full((1, domain.unit_dimension), 0.4, dtype=torch.float64))
    before = ansatz(inside)
    with torch.no_grad():
        for p in ansatz.network.parameters():
            p.add_(0.5)
    assert (ansatz(inside) - before).abs().max() > 1e-2


def test_each_unknown_of_a_system_has_its_own_conditions() -> None:
    conditions = {"a": Dirichlet(u=1.0, where="x=0"), "b": Dirichlet(v=saddle), "c": Neumann(u=0.0)}
    formulation = stated(SQUARE, ("x", "y"), conditions, ("u", "v"))
    constraints = build_constraints(formulation)
    assert constraints.satisfied == {"a_u", "b_v"}
    found = residuals(formulation, random_ansatz(formulation))
    assert max(float(found[term].detach().abs().max()) for term in ("a_u", "b_v")) < 1e-12
    assert found["c_u"].abs().max() > 1e-3


CONTRADICTIONS: dict[str, tuple[Domain, tuple[str, ...], dict[str, Condition], str, set[str]]] = {
    "corner": (
        SQUARE,
        ("x", "y"),
        {"lid": Dirichlet(u=1.0, where="y=2"), "left": Dirichlet(u=0.0, where="x=0")},
        "left_u and lid_u contradict each other",
        set(),
    ),
    "start": (
        ROD_TIME,
        ("x", "t"),
        {"start": Initial(u=1.0), "walls": Dirichlet(u=0.0)},
        "walls_u and start_u contradict each other",
        set(),
    ),
    "velocity": (
        ROD_TIME,
        ("x", "t"),
        {"start": Initial(u=0.0, u_t=1.0), "walls": Dirichlet(u=0.0)},
        "velocities",
        {"start_u"},
    ),
    "period": (
        ROD_TIME,
        ("x", "t"),
        {"ends": Periodic("x"), "start": Initial(u=lambda x: x)},
        "values at both ends",
        set(),
    ),
}


@pytest.mark.parametrize(
    ("domain", "coordinates", "conditions", "message", "hard"),
    CONTRADICTIONS.values(),
    ids=CONTRADICTIONS,
)
def test_data_that_contradict_each_other_become_soft(
    domain: Domain,
    coordinates: tuple[str, ...],
    conditions: dict[str, Condition],
    message: str,
    hard: set[str],
) -> None:
    constraints = build_constraints(stated(domain, coordinates, conditions))
    assert any(message in note for note in constraints.notes), constraints.notes
    assert constraints.satisfied == hard


ONE_TIME: dict[str, tuple[Domain, tuple[str, ...], dict[str, Condition], str]] = {
    "last beside first time": (
        ROD_TIME,
        ("x", "t"),
        {"end": Terminal(u=0.0), "start": Initial(u=1.0)},
        "end: u has data at the first time already; stays soft",
    ),
    "other end": (
        Interval(0.0, 1.0),
        ("t",),
        {"wall": Dirichlet(u=0.0, where="t=1"), "start": Initial(u=1.0)},
        "wall: its part of the boundary has a condition already; stays soft",
    ),
}


@pytest.mark.parametrize(
    ("domain", "coordinates", "conditions", "note"), ONE_TIME.values(), ids=ONE_TIME
)
def test_what_is_prescribed_beside_the_first_time_stays_soft(
    domain: Domain, coordinates: tuple[str, ...], conditions: dict[str, Condition], note: str
) -> None:
    constraints = build_constraints(stated(domain, coordinates, conditions))
    assert constraints.satisfied == {"start_u"}
    assert constraints.notes == (note,)


def test_data_at_the_start_of_a_periodic_time_stay_soft() -> None:
    conditions = {"cycle": Periodic("t"), "start": Initial(u=1.0)}
    constraints = build_constraints(stated(Interval(0.0, 1.0), ("t",), conditions))
    assert constraints.satisfied == {"cycle_u", "cycle_u_t"}
    assert constraints.notes == ("start: its coordinate is periodic; stays soft",)


def test_a_part_that_a_function_selects_stays_soft() -> None:
    conditions = {"a": Dirichlet(u=0.0, where=lambda x, y: x == 0)}
    constraints = build_constraints(stated(SQUARE, ("x", "y"), conditions))
    assert constraints.satisfied == frozenset()
    assert "'where' is a function" in constraints.notes[0]


def test_periodic_features_repeat_with_all_derivatives() -> None:
    features = Features(ROD_TIME, {0})
    left = torch.tensor([[-1.0, 0.3]], dtype=torch.float64)
    right = torch.tensor([[1.0, 0.3]], dtype=torch.float64)
    assert torch.allclose(features(left), features(right), atol=1e-15)
    assert features.size == 3


def test_features_lie_between_minus_one_and_one(generator: Generator) -> None:
    domain = SpaceTime(Box((2.0, 5.0), (-1e3, 1e3)), 3.0, 3.5)
    points = domain.interior(torch.rand(100, 3, generator=generator, dtype=torch.float64))
    assert Features(domain, {1})(points).abs().max() <= 1.0
