"""The two engines agree, and the Jacobian equals that of torch.func."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from small_runs import FAST, small_evaluation
from torch import Tensor
from torch.func import functional_call, jacrev

from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.family import Family
from pinn_metakan.losses import closed_form_jets
from pinn_metakan.losses.closed_form_jets import ClosedFormJets
from pinn_metakan.losses.engine import Engine
from pinn_metakan.losses.engines import ENGINES, choose_engine
from pinn_metakan.losses.nested_autograd import NestedAutograd
from pinn_metakan.losses.objective import Objective
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.edges import FixedBasis
from pinn_metakan.networks.network import Layer
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.settings.networks import NETWORK_SETTINGS

Write = Callable[..., Path]

#: Problems with mixed, high and collapsed derivatives, systems, soft and periodic conditions.
HARD_CASES: dict[str, dict[str, str]] = {
    "third order, periodic": {
        "conditions": "{'ends': Periodic('x'), 'start': Initial(u=lambda x: x)}",
        "residual": "u, u_t, u_x, u_xxx = jet('u', 'u_t', 'u_x', 'u_xxx')\n"
        "        return {'kdv': u_t + u * u_x + u_xxx}",
    },
    "system": {
        "domain": "Box((0.0, 1.0), (0.0, 1.0))",
        "coordinates": "('x', 'y')",
        "unknowns": "('u', 'p')",
        "conditions": "{'a': Dirichlet(u=1.0, where='x=0'), 'b': Neumann(p=0.0, where='y=1'),"
        " 'c': Robin(1.0, 2.0, 0.0, unknown='u', where='x=1'),"
        " 'd': Observed([[0.5, 0.5], [0.1, 0.2]], p=[1.0, 2.0])}",
        "residual": "u, u_xy, p_xxyy, lap = jet('u', 'u_xy', 'p_xxyy', 'laplacian_p')\n"
        "        return {'one': u * u_xy + p_xxyy, 'two': lap + u**2}",
    },
    "named quantities": {
        "conditions": "{'end': Terminal(u_t=1.0), 'wall': Boundary('u_xxx', 1.0, where='x=1'),"
        " 'middle': Interior(u=0.0, u_t=lambda x, t: t, where='x=0.5'),"
        " 'mass': Integral('u_x', lambda t: t),"
        " 'layer': Jump(lambda jet: jet('x') * jet('u_x'), 1.0, where='x=0.5')}",
    },
    "ball": {
        "domain": "Ball(7)",
        "coordinates": "('x',)",
        "conditions": "{'rim': Dirichlet(u=0.0)}",
        "residual": "x, u, lap = jet('x', 'u', 'laplacian_u')\n"
        "        return {'allen_cahn': lap + u - u**3 - x.sum(1)}",
    },
    "wave": {
        "conditions": "{'start': Initial(u=lambda x: torch.sin(torch.pi * x), u_t=0.0),"
        " 'walls': Dirichlet(u=0.0)}",
        "residual": "u_tt, u_xx = jet('u_tt', 'u_xx')\n        return {'wave': u_tt - 4 * u_xx}",
    },
}


def objective_of(problem: Problem, network: str, conditions: str = "hard") -> Objective:
    dimension = problem.domain.dimension + len(problem.solution_parameters)
    fast = FAST | small_evaluation(dimension)
    layers = [("fast", fast), ("test", {"conditions": conditions, "points": {"interior": 40}})]
    settings = suggested_settings(problem, network, layers)  # type: ignore[arg-type]
    return AssembledRun(problem, choose(network, settings, 0, "cpu", "float64")).objective


def assert_engines_agree(objective: Objective) -> None:
    assert isinstance(objective.engine, ClosedFormJets)
    found = objective.residuals()
    loss = objective.loss()
    parameters = list(objective.ansatz.network.parameters())
    slopes = torch.autograd.grad(loss, parameters)
    objective.engine = NestedAutograd()
    expected = objective.residuals()
    assert list(found) == list(expected)
    for term, values in expected.items():
        scale = max(1.0, float(values.detach().abs().max()))
        assert (found[term] - values).abs().max() < 1e-10 * scale, term
    for a, b in zip(slopes, torch.autograd.grad(objective.loss(), parameters), strict=True):
        assert (a - b).abs().max() < 1e-10 * max(1.0, float(b.abs().max()))


@pytest.mark.parametrize("conditions", ["hard", "soft"])
def test_the_engines_agree_on_shipped_problems(shipped_problem: Problem, conditions: str) -> None:
    assert_engines_agree(objective_of(shipped_problem, "metakan", conditions))


@pytest.mark.parametrize("network", [name for name in NETWORK_SETTINGS if name != "metakan"])
def test_the_engines_agree_with_each_network(chosen_problem: Problem, network: str) -> None:
    assert_engines_agree(objective_of(chosen_problem, network))


# a kind of edges each
@pytest.mark.parametrize("network", ["metakan-sine", "wavkan", "mlp"])
def test_the_engines_agree_on_soft_conditions(chosen_problem: Problem, network: str) -> None:
    assert_engines_agree(objective_of(chosen_problem, network, "soft"))


@pytest.mark.parametrize("network", NETWORK_SETTINGS)
@pytest.mark.parametrize("case", HARD_CASES.values(), ids=HARD_CASES)
def test_the_engines_agree_on_all_kinds_of_derivatives(
    case: dict[str, str], network: str, write_problem: Write
) -> None:
    assert_engines_agree(objective_of(load_problem(str(write_problem(**case))), network))


def by_torch_func(objective: Objective) -> Tensor:
    """The naive Jacobian: reverse mode row by row, through features that are kept."""
    names = [name for name, _ in objective.ansatz.network.named_parameters()]

    class Vector(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = objective.ansatz.network

        def forward(self) -> Tensor:
            return objective.vector()

    module = Vector()
    parameters = {f"network.{n}": p.detach() for n, p in module.network.named_parameters()}
    found = jacrev(lambda given: functional_call(module, given, ()))(parameters)
    return torch.cat([found[f"network.{name}"].flatten(1) for name in names], dim=1)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.func compiles its own rules
@pytest.mark.parametrize("network", NETWORK_SETTINGS)
@pytest.mark.parametrize("case", HARD_CASES.values(), ids=HARD_CASES)
def test_the_jacobian_equals_that_of_torch_func(
    case: dict[str, str], network: str, write_problem: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed_form_jets, "_CHUNK_NUMBERS", 500)  # several chunks
    objective = objective_of(load_problem(str(write_problem(**case))), network)
    r, found = objective.linearize()
    monkeypatch.setattr(KANLinear, "product", Layer.product)  # which torch.func can transform
    monkeypatch.setattr(FixedBasis, "_is_edgewise", lambda self, space: False)  # so is this
    monkeypatch.setattr(Chebyshev, "combined", Family.combined)  # and this
    objective.engine = ClosedFormJets()  # prepares the points anew
    assert torch.allclose(r, objective.vector().detach(), atol=1e-12)
    expected = by_torch_func(objective)
    assert found.shape == (len(r), objective.ansatz.network.n_parameters)
    assert (found - expected).abs().max() < 1e-10 * float(expected.abs().max())
    assert_pushed(ClosedFormJets(), objective, expected)


def assert_pushed(engine: Engine, objective: Objective, jacobian: Tensor) -> None:
    """Derivatives along a step, for which no Jacobian is made."""
    step = torch.randn(jacobian.shape[1], generator=torch.Generator().manual_seed(3)).double()
    given = (objective.ansatz, objective.groups, objective.scaled_weights)
    found, expected = engine.pushed(*given, step), jacobian @ step
    assert not found.requires_grad
    assert (found - expected).abs().max() < 1e-10 * float(expected.abs().max())


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_both_engines_differentiate_along_a_step_with_unknown_numbers(
    engine: type[Engine],
) -> None:
    objective = objective_of(load_problem("inverse_burgers"), "metakan")
    _, jacobian = objective.linearize()
    assert jacobian.shape[1] > objective.ansatz.network.n_parameters
    assert_pushed(engine(), objective, jacobian)


def test_the_fallback_for_a_users_transform_gives_the_same(write_problem: Write) -> None:
    extra = (
        "def transform(self, points, outputs):\n"
        "        x, t = points.unbind(1)\n"
        "        return {'u': torch.sin(torch.pi * x) + t * 4 * x * (1 - x) * outputs['u']}"
    )
    automatic = objective_of(load_problem(str(write_problem())), "metakan")
    own = objective_of(load_problem(str(write_problem("own", extra=extra))), "metakan")
    assert isinstance(automatic.engine, ClosedFormJets)
    assert isinstance(own.engine, NestedAutograd)
    for a, b in zip(automatic.linearize(), own.linearize(), strict=True):
        assert torch.allclose(a, b, atol=1e-10)


def test_prepared_points_are_made_once_and_again_when_they_change(
    chosen_problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    objective = objective_of(chosen_problem, "kan")
    calls: list[object] = []
    prepare = type(objective.ansatz).prepare
    monkeypatch.setattr(
        type(objective.ansatz), "prepare", lambda *a: calls.append(a) or prepare(*a)
    )
    group = objective.collocation.equations
    group.at = group.drawn(torch.Generator().manual_seed(9))
    objective.loss()
    objective.loss()
    assert len(calls) == 1


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_of_the_table_can_be_asked_for(name: str, chosen_problem: Problem) -> None:
    ansatz = objective_of(chosen_problem, "kan").ansatz
    engine, reason = choose_engine(name, ansatz)
    assert isinstance(engine, ENGINES[name])
    assert reason.startswith(f"{name}: ")
    with pytest.raises(LookupError, match="no engine 'taylor'; choose one of jets, autograd"):
        choose_engine("taylor", ansatz)
