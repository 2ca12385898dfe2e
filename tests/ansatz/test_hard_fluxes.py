"""Neumann and Robin conditions by construction: for any network, or soft with the reason told."""

import math

import pytest
import torch
from flux_problems import HEAT, LINE, PLATE, ROD, SQUARE, WAVE, stated
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.ansatz.features import Features
from pinn_metakan.ansatz.flat_ends import FlatEnds
from pinn_metakan.ansatz.hard.constraints import HardConstraints, build_constraints
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.families.rbf import RBF
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import PointSet
from pinn_metakan.losses.closed_form_jets import ClosedFormJets
from pinn_metakan.losses.collocation import TermGroup
from pinn_metakan.losses.nested_autograd import NestedAutograd
from pinn_metakan.networks.kan import make_kan
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Periodic, Robin
from pinn_metakan.pde.condition import Condition, Kink
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.initial import Initial


def random_ansatz(formulation: Formulation, constraints: HardConstraints) -> Ansatz:
    features = Features(formulation.domain, constraints.periodic, (), constraints.flat)
    outputs = len(formulation.variables.unknowns)
    network = make_kan((features.size, 5, outputs), RBF, Generator().manual_seed(3))
    return Ansatz(features, network, constraints.constraints).double()


def exact(x: Tensor, y: Tensor) -> Tensor:
    return torch.exp(x) * torch.sin(y) + x**3 * y


def exact_x(x: Tensor, y: Tensor) -> Tensor:
    return torch.exp(x) * torch.sin(y) + 3 * x**2 * y


def exact_y(x: Tensor, y: Tensor) -> Tensor:
    return torch.exp(x) * torch.cos(y) + x**3


def bent(x: Tensor) -> Tensor:
    return torch.cos(math.pi * x) + x**2 * (2 - x) ** 2


HARD: dict[str, tuple[Domain, dict[str, Condition], tuple[str, ...]]] = {
    "low end": (LINE, {"a": Neumann(u=2.0, where="x=-1")}, ("u_xx",)),
    "high end": (LINE, {"a": Neumann(u=-3.0, where="x=2")}, ("u_xx",)),
    "both ends": (LINE, {"a": Neumann(u=lambda x: x)}, ("u_xx",)),
    "mixture": (LINE, {"a": Robin(2.0, -0.5, 3.0, where="x=2")}, ("u_xx",)),
    "stiff mixtures": (
        LINE,
        {"a": Robin(100.0, 1.0, 200.0, where="x=2"), "b": Robin(3.0, 1.0, 1.0, where="x=-1")},
        ("u_xx",),
    ),
    "negative ratios": (
        LINE,
        {"a": Robin(-1.0, 3.0, 2.0, where="x=2"), "b": Robin(-9.0, 1.0, 1.0, where="x=-1")},
        ("u_xx",),
    ),
    "value and slope": (
        LINE,
        {"a": Dirichlet(u=3.0, where="x=-1"), "b": Neumann(u=1.0, where="x=2")},
        ("u_xx",),
    ),
    "value and negative ratio": (
        LINE,
        {"a": Dirichlet(u=3.0, where="x=2"), "b": Robin(-2.0, 1.0, 1.0, where="x=-1")},
        ("u_xx",),
    ),
    "value and slope of one end": (
        LINE,
        {"a": Dirichlet(u=3.0, where="x=2"), "b": Robin(2.0, 4.0, 1.0, where="x=2")},
        ("u_xx",),
    ),
    "clamped": (LINE, {"a": Dirichlet(u=lambda x: x**2), "b": Neumann(u=1.0)}, ("u_xxxx",)),
    "clamped and free": (
        LINE,
        {
            "a": Dirichlet(u=1.0, where="x=-1"),
            "b": Neumann(u=2.0, where="x=-1"),
            "c": Robin(1.0, 1.0, 1.0, where="x=2"),
        },
        ("u_xxxx",),
    ),
    "plate": (
        SQUARE,
        {
            "a": Dirichlet(u=exact, where="x=0"),
            "b": Neumann(u=exact_x, where="x=2"),
            "c": Neumann(u=lambda x, y: -exact_y(x, y), where="y=-1"),
            "d": Robin(2.0, 0.5, lambda x, y: 2 * exact(x, y) + exact_y(x, y) / 2, where="y=1"),
        },
        ("laplacian_u",),
    ),
    "ratio that varies": (
        SQUARE,
        {
            "a": Dirichlet(u=exact, where="y=-1"),
            "c": Dirichlet(u=exact, where="y=1"),
            "b": Robin(
                lambda x, y: 1 + y**2,
                1.0,
                lambda x, y: (1 + y**2) * exact(x, y) + exact_x(x, y),
                where="x=2",
            ),
        },
        ("laplacian_u",),
    ),
    "clamped plate": (SQUARE, {"a": Dirichlet(u=0.0), "b": Neumann(u=0.0)}, ("u_xxxx", "u_yyyy")),
    "insulated rod": (ROD, {"a": Initial(u=bent), "b": Neumann(u=0.0)}, HEAT),
    "driven rod": (
        ROD,
        {
            "a": Initial(u=lambda x: torch.sin(x)),
            "b": Robin(
                lambda x, t: 1 + t,
                2.0,
                lambda x, t: (1 + t) * torch.sin(x) + 2 * torch.cos(x) * (t - 0.5).exp(),
                where="x=2",
            ),
            "c": Dirichlet(u=lambda x, t: 0 * t, where="x=0"),
        },
        HEAT,
    ),
    "free string": (
        ROD,
        {"a": Initial(u=bent, u_t=lambda x: x), "b": Neumann(u=lambda x, t: (x - 1) * (t - 0.5))},
        WAVE,
    ),
    "heated plate": (
        PLATE,
        {
            "a": Initial(u=lambda x, y: torch.cos(math.pi * x) * y**2),
            "b": Neumann(u=0.0, where="x=0"),
            "c": Neumann(u=0.0, where="x=2"),
            "d": Neumann(u=lambda x, y, t: 2 * torch.cos(math.pi * x) * t.cos(), where="y=1"),
            "e": Dirichlet(u=lambda x, y, t: torch.cos(math.pi * x) * t.exp(), where="y=-1"),
        },
        ("u_t", "laplacian_u"),
    ),
    "period and slope": (
        SQUARE,
        {"a": Periodic("x"), "b": Neumann(u=lambda x, y: torch.cos(math.pi * x), where="y=1")},
        ("laplacian_u",),
    ),
}


@pytest.mark.parametrize(("domain", "conditions", "quantities"), HARD.values(), ids=HARD)
def test_fluxes_hold_for_any_network(
    domain: Domain, conditions: dict[str, Condition], quantities: tuple[str, ...]
) -> None:
    formulation = stated(domain, conditions, quantities)
    constraints = build_constraints(formulation, fluxes="hard")
    assert constraints.notes == ()
    ansatz = random_ansatz(formulation, constraints)
    for name, residual in formulation.conditions.items():
        assert set(residual.terms) <= constraints.satisfied
        at = conditions[name].sample(
            formulation.variables, domain, 100, "sobol", Generator().manual_seed(1)
        )
        values = evaluate_by_autograd(ansatz, at.points, residual.quantities)
        terms = residual.evaluate(Jet(formulation.variables, at.points, values), at)
        for term, value in terms.items():
            size = max(1.0, *(float(v.detach().abs().max()) for v in values.values()))
            assert value.detach().abs().max() < 1e-12 * size, term


@pytest.mark.parametrize("name", ["plate", "driven rod", "clamped and free"])
def test_jets_and_jacobian_with_fluxes_are_those_of_autograd(name: str) -> None:
    domain, conditions, quantities = HARD[name]
    formulation = stated(domain, conditions, quantities)
    ansatz = random_ansatz(formulation, build_constraints(formulation, fluxes="hard"))
    points = domain.interior(torch.rand(9, domain.unit_dimension, dtype=torch.float64))
    equations = formulation.equations
    jets = ansatz.jets(ansatz.prepare(points, equations.quantities), ansatz.network.weights())
    expected = evaluate_by_autograd(ansatz, points, equations.quantities)
    for quantity, values in jets.values.items():
        torch.testing.assert_close(values, expected[quantity], rtol=1e-10, atol=1e-10)

    at = PointSet(points)
    group = TermGroup(
        equations, equations.terms, formulation.variables, lambda count, generator: at, 9, at
    )
    weights = dict.fromkeys(equations.terms, 1.0)
    _, jacobian = ClosedFormJets().linearize(ansatz, [group], weights)
    _, expected_jacobian = NestedAutograd().linearize(ansatz, [group], weights)
    torch.testing.assert_close(jacobian, expected_jacobian, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("ends", [FlatEnds(0, True, False), FlatEnds(0, True, True)])
def test_flat_ends_represent_functions_whose_odd_derivatives_do_not_vanish(ends: FlatEnds) -> None:
    x = torch.linspace(0, 1, 400, dtype=torch.float64)
    values = torch.exp(x) - x - x**2 * (math.e - 1) / 2  # no slope at 0 and 1, but u_xxx
    first, second = ends.features(x).unbind(1)
    errors = {}
    for name, powers in {"one": [(i, 0) for i in range(16)], "two": _powers(9)}.items():
        columns = torch.stack([first**i * second**j for i, j in powers], dim=1)
        fit = columns @ torch.linalg.lstsq(columns, values[:, None], driver="gelsd").solution
        errors[name] = float((fit[:, 0] - values).abs().max())
    assert errors["two"] < 1e-9
    assert errors["one"] > 1e-6


def _powers(degree: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(degree) for j in range(degree - i)]


@pytest.mark.parametrize("value", [-0.25, 0.5, 1.5])
def test_slopes_jump_at_an_interface_between_flat_ends(value: float) -> None:
    features = Features(LINE, (), [Kink(0, value)], LINE.faces).double()
    points = torch.tensor([[-1.0], [2.0], [value - 1e-3], [value + 1e-3]], dtype=torch.float64)
    points.requires_grad_()
    (slopes,) = torch.autograd.grad(features(points)[:, 2].sum(), points)
    assert slopes[:2].abs().max() < 1e-12
    assert slopes[2] < -0.1
    assert slopes[3] > 0.1
    assert features(points).detach().abs().max() <= 1.0
