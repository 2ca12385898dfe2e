"""Layers of diffusion: what they satisfy, when they are found, what holds with them."""

import math
from collections.abc import Callable, Mapping

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.ansatz.features import Features
from pinn_metakan.ansatz.hard.constraints import HardConstraints, build_constraints
from pinn_metakan.ansatz.hard.diffusion import diffusivity
from pinn_metakan.ansatz.hard.layers import Diffusion, bend_layer, step_layer
from pinn_metakan.derivatives.autograd import evaluate_by_autograd
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.errors import ProblemError
from pinn_metakan.families.rbf import RBF
from pinn_metakan.geometry.box import Box, Interval
from pinn_metakan.geometry.domain import Domain
from pinn_metakan.geometry.sampling import sample_interior
from pinn_metakan.geometry.space_time import SpaceTime
from pinn_metakan.losses.closed_form_jets import ClosedFormJets
from pinn_metakan.losses.nested_autograd import NestedAutograd
from pinn_metakan.networks.kan import make_kan
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Periodic, Robin
from pinn_metakan.pde.condition import Condition, FluxData
from pinn_metakan.pde.formulation import Formulation, formulate
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.terminal import Terminal

ROD = SpaceTime(Interval(-1.0, 1.0), 0.0, 0.5)
PLATE = SpaceTime(Box((0.0, 2.0), (-1.0, 1.0)), 1.0, 1.5)
Residual = Callable[[Jet], Tensor]


def heat(jet: Jet) -> Tensor:
    return 8 * jet("u_t") - 2 * jet("laplacian_u")


def stated(
    domain: Domain, conditions: Mapping[str, Condition], equation: Residual = heat
) -> Formulation:
    class Given(Problem):
        unknowns = ("u",)

        def residual(self, jet: Jet) -> dict[str, Tensor]:
            return {"equation": equation(jet)}

    problem = Given()
    problem.domain, problem.conditions = domain, dict(conditions)
    problem.coordinates = ("x", "y", "t")[-domain.dimension :] if domain is PLATE else ("x", "t")
    return formulate(problem)


def random_ansatz(formulation: Formulation, constraints: HardConstraints) -> Ansatz:
    features = Features(formulation.problem.domain, constraints.periodic, (), constraints.flat)
    network = make_kan((features.size, 5, 1), RBF, Generator().manual_seed(3))
    return Ansatz(features, network, constraints.constraints)


@pytest.mark.parametrize("layer", [step_layer, bend_layer])
def test_a_layer_satisfies_the_heat_equation(layer: Callable[[Tensor, Tensor], Tensor]) -> None:
    diffusion = Diffusion(0.25, 1.0, 3.0)
    points = torch.rand(50, 2, generator=Generator().manual_seed(0), dtype=torch.float64)
    points[:, 1] += 1.2
    quantities = [Derivative(0, axes) for axes in [(0,), (1,), (0, 0)]]

    def field(points: Tensor) -> Tensor:
        return layer(points[:, 0], diffusion.width(points)).unsqueeze(1)

    values = evaluate_by_autograd(field, points, quantities)
    torch.testing.assert_close(values[quantities[1]], 0.25 * values[quantities[2]])
    wall = points.clone()
    wall[:, 0] = 0.0
    one = torch.ones(50, dtype=torch.float64)
    if layer is step_layer:
        torch.testing.assert_close(field(wall)[:, 0], one)
    else:
        slopes = evaluate_by_autograd(field, wall, quantities)[quantities[0]]
        torch.testing.assert_close(slopes, -one)
    start = points.clone()
    start[:, 1] = 1.0
    assert float(field(start).abs().max()) == 0.0


HAT = Initial(u=lambda x: 1 - x.abs())
LAYERED: dict[str, tuple[Domain, dict[str, Condition], str]] = {
    "walls": (
        ROD,
        {"start": Initial(u=1.0), "a": Dirichlet(u=0.0)},
        "their values at (-1, 0) are 0 and 1; a layer of diffusion, 2 sqrt(k t) wide with k = 0.25",
    ),
    "a wall": (
        ROD,
        {
            "start": Initial(u=lambda x: torch.cos(x)),
            "a": Dirichlet(u=lambda x, t: t, where="x=-1"),
            "b": Dirichlet(u=math.cos(1), where="x=1"),
        },
        "a_u and start_u contradict each other",
    ),
    "rim": (
        PLATE,
        {"start": Initial(u=lambda x, y: 1 + x * y), "a": Dirichlet(u=3.0)},
        "a_u and start_u contradict each other",
    ),
    "hat": (ROD, {"start": HAT, "a": Dirichlet(u=0.0)}, "its data have a kink at x = 0;"),
    "payoff": (
        ROD,
        {"start": Initial(u=lambda x: torch.clamp(x - 0.3, min=0.0)), "a": Dirichlet(u=0.0)},
        "its data have a kink at x = 0.3;",
    ),
    "table": (
        ROD,
        {"start": Initial(u=lambda x: torch.floor(2.5 * x) + x.abs()), "a": Dirichlet(u=0.0)},
        "its data jump at x = -0.8;",
    ),
    "seam": (
        ROD,
        {"start": Initial(u=lambda x: x**2), "a": Periodic("x")},
        "its data have a kink where x joins its ends;",
    ),
    "flux": (
        ROD,
        {"start": Initial(u=lambda x: x**2), "a": Neumann(u=1.0, where="x=-1")},
        "a_u prescribes another slope than start_u has at the first time;",
    ),
}


@pytest.mark.parametrize(("domain", "conditions", "note"), LAYERED.values(), ids=LAYERED)
def test_conditions_hold_with_layers(
    domain: Domain, conditions: dict[str, Condition], note: str
) -> None:
    formulation = stated(domain, conditions)
    constraints = build_constraints(formulation)
    assert any(note in line for line in constraints.notes), constraints.notes
    assert not constraints.rough
    assert not constraints.contradictions
    ansatz = random_ansatz(formulation, constraints)
    for name, residual in formulation.conditions.items():
        at = conditions[name].sample(
            formulation.variables, domain, 100, "sobol", Generator().manual_seed(1)
        )
        values = evaluate_by_autograd(ansatz, at.points, residual.quantities)
        terms = residual.evaluate(Jet(formulation.variables, at.points, values), at)
        for term in set(terms) & constraints.satisfied:
            assert terms[term].abs().max() < 1e-9, term
    assert "start_u" in constraints.satisfied


@pytest.mark.parametrize(("domain", "conditions", "note"), LAYERED.values(), ids=LAYERED)
def test_layers_leave_a_residual_that_stays_bounded(
    domain: Domain, conditions: dict[str, Condition], note: str
) -> None:
    formulation = stated(domain, conditions)
    constraints = build_constraints(formulation)
    data = constraints.constraints[0].data
    assert data is not None
    points = sample_interior(domain, 500, "sobol", Generator().manual_seed(0)).points
    quantities = formulation.equations.quantities

    first = domain.bounds[-1][0]
    for share in (1e-2, 1e-6):
        early = points.clone()
        early[:, -1] = first + (early[:, -1] - first) * share
        values = evaluate_by_autograd(lambda x: data(x).unsqueeze(1), early, quantities)
        residual = heat(Jet(formulation.variables, early, values)).detach()
        assert float(residual.abs().max()) < 60, share


def test_both_engines_agree_with_layers() -> None:
    formulation = stated(*LAYERED["hat"][:2])
    ansatz = random_ansatz(formulation, build_constraints(formulation))
    at = sample_interior(ROD, 50, "sobol", Generator().manual_seed(0))
    quantities = formulation.equations.quantities
    closed = ClosedFormJets().derivatives(ansatz)(at, quantities)
    nested = NestedAutograd().derivatives(ansatz)(at, quantities)
    for quantity in quantities:
        torch.testing.assert_close(closed[quantity], nested[quantity], rtol=1e-10, atol=1e-10)


def test_layers_begin_at_the_last_time_where_time_runs_backward() -> None:
    ends = {"end": Terminal(u=lambda x: torch.relu(x)), "a": Dirichlet(u=lambda x, t: x + 1)}

    def backward(jet: Jet) -> Tensor:
        return jet("u_t") + 2 * jet("u_xx") - jet("u")

    constraints = build_constraints(stated(ROD, ends, backward))
    assert constraints.satisfied == {"end_u", "a_u"}
    assert not build_constraints(stated(ROD, ends)).satisfied >= {"end_u"}


SAME: dict[str, tuple[Residual, float | None]] = {
    "heat": (lambda jet: 3 * jet("u_t") - jet("u_xx") + jet("u_x") ** 2, 1 / 3),
    "of the value": (lambda jet: jet("u_t") - jet("u") * jet("u_xx") - jet("u_x") ** 2, 2.0),
    "of the place": (lambda jet: jet("u_t") - (1 + jet("x") ** 2) * jet("u_xx"), None),
    "of the slope": (lambda jet: jet("u_t") - jet("u_x") * jet("u_xx"), None),
    "waves": (lambda jet: jet("u_t") + jet("u_tt") - jet("u_xx"), None),
    "advection": (lambda jet: jet("u_t") + jet("u_x"), None),
    "steady": (lambda jet: jet("u_xx") + jet("u_t") * 0, None),
    "fourth order": (lambda jet: jet("u_t") - jet("u_xx") + jet("u_xxxx"), None),
}


@pytest.mark.parametrize(("equation", "kappa"), SAME.values(), ids=SAME)
def test_a_diffusivity_is_that_of_the_equation(equation: Residual, kappa: float | None) -> None:
    formulation = stated(ROD, {"start": Initial(u=0.0)}, equation)
    points = sample_interior(ROD, 9, "sobol", Generator().manual_seed(0)).points
    found = diffusivity(formulation, 0, 0, points, 2.0)
    assert found == (None if kappa is None else pytest.approx(kappa))


def test_a_slope_by_a_mixture_is_met_by_a_layer() -> None:
    conditions = {"start": Initial(u=1.0), "a": Robin(2.0, 4.0, 10.0, where="x=1")}
    constraints = build_constraints(stated(ROD, conditions))
    data = constraints.constraints[0].data
    assert data is not None
    early = torch.tensor([[1.0, 1e-12]], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(data(early).sum(), early)
    assert slope[0, 0] == pytest.approx((10 - 2) / 4)


def test_slopes_that_agree_need_no_layer() -> None:
    conditions = {"start": Initial(u=lambda x: x**2), "a": Neumann(u=2.0)}
    assert build_constraints(stated(ROD, conditions)).notes == ()


def test_a_flux_of_a_term_that_is_not_there_is_refused() -> None:
    class Wall(Neumann):
        def flux_data(self, variables: object) -> list[FluxData]:
            return [FluxData("u", 0.0, 1.0, 0.0, term="v")]

    conditions = {"start": Initial(u=0.0), "a": Wall(u=2.0)}
    with pytest.raises(ProblemError, match="its flux_data name the term 'v', its residual has u"):
        build_constraints(stated(ROD, conditions))
