"""Balances of residual terms against gradients and kernels made by hand."""

import math
from pathlib import Path
from typing import ClassVar, get_args

import pytest
import torch
from small_runs import FAST, stop_at
from torch import Tensor
from torch.func import functional_call, jacrev

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import Interrupted, SettingsError
from pinn_metakan.geometry.box import Interval
from pinn_metakan.losses.balancing.gradient_norm import GradientNorm
from pinn_metakan.losses.balancing.table import BALANCES
from pinn_metakan.losses.balancing.tangent_kernel import TangentKernel
from pinn_metakan.losses.objective import Objective
from pinn_metakan.pde.boundary_conditions import Dirichlet, Robin
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.sections import LossSettings
from pinn_metakan.training.checkpoint import load_checkpoint

SOFT: dict[str, object] = FAST | {"conditions": "soft"}
BURGERS_TERMS = ("burgers", "initial_u", "walls_u")


def burgers(**changed: object) -> AssembledRun:
    return run_of(load_problem("burgers"), "kan", SOFT | changed, "cpu", "float64")


def scaled_residuals(objective: Objective) -> dict[str, Tensor]:
    return {term: r / objective.sizes[term] for term, r in objective.residuals().items()}


def test_gradient_norms_are_those_of_autograd() -> None:
    objective = burgers().objective
    norms = {}
    for term, r in scaled_residuals(objective).items():
        objective.ansatz.zero_grad()
        r.square().mean().backward(retain_graph=True)
        squares = [
            p.grad.square().sum() for p in objective.ansatz.parameters() if p.grad is not None
        ]
        norms[term] = float(torch.stack(squares).sum().sqrt())
    found = GradientNorm().factors(objective)
    for term in BURGERS_TERMS:
        assert found[term] == pytest.approx(norms["burgers"] / norms[term], rel=1e-9)


def test_traces_of_kernels_are_those_of_torch_func() -> None:
    objective = burgers(points={"interior": 12, "boundary": 20, "initial": 20}).objective
    walls = next(g for g in objective.collocation.groups if "walls_u" in g.terms)
    ansatz = objective.ansatz
    parameters = {name: p.detach() for name, p in ansatz.named_parameters()}

    def field(parameters: dict[str, Tensor]) -> Tensor:
        return functional_call(ansatz, parameters, (walls.at.points,))[:, 0]

    rows = [block.flatten(1) for block in jacrev(field)(parameters).values()]
    jacobian = torch.cat(rows, dim=1) / objective.sizes["walls_u"]
    of_walls = float((jacobian @ jacobian.T).trace()) / len(jacobian)
    of_equation = 0.0
    residuals = scaled_residuals(objective)["burgers"]
    for r in residuals:
        gradients = torch.autograd.grad(r, list(ansatz.parameters()), retain_graph=True)
        of_equation += float(sum(g.square().sum() for g in gradients)) / len(residuals)
    found = TangentKernel().factors(objective)
    assert found["walls_u"] == pytest.approx(of_equation / of_walls, rel=1e-9)
    assert found["burgers"] == 1.0


@pytest.mark.parametrize("balance", ["gradient", "ntk"])
def test_weights_follow_with_a_memory_and_are_in_the_history(balance: str) -> None:
    run = burgers(
        loss={"balance": balance, "adapt_every": 2, "balance_memory": 0.75}, lm={"steps": 0}
    )
    fixed = burgers(lm={"steps": 0})
    steps = 0

    def stop() -> None:
        nonlocal steps
        steps += 1

    run.trainer.run(stop, lambda report: None)
    first = run.record.entries[0]
    assert first["step"] == 2.0
    fixed.trainer.run(stop, lambda report: None)
    assert "weight_walls_u" not in fixed.record.entries[0]
    assert first["loss"] == fixed.record.entries[0]["loss"], "the same steps so far, the same loss"
    assert first["weight_burgers"] == 1.0
    assert first["weight_walls_u"] != 10.0


@pytest.mark.parametrize(
    ("stage", "loss"),
    [
        ("adam", {"balance": "gradient", "adapt_every": 3}),
        ("lm", {"balance": "ntk", "multipliers": ["walls"], "adapt_every": 6}),
    ],
)
def test_an_adapted_run_goes_on_exactly(
    stage: str, loss: dict[str, object], tmp_path: Path
) -> None:
    settings = SOFT | {
        "stages": [stage],
        "adam": {"steps": 20, "redraw_every": 5},
        "lm": {"steps": 20, "redraw_every": 6, "tolerance": 0.999},
        "loss": loss,
    }
    straight = solve(load_problem("heat"), network="kan", settings=settings)
    stopped = tmp_path / "run"
    with pytest.raises(Interrupted):
        solve(
            load_problem("heat"),
            network="kan",
            settings=settings,
            out=stopped,
            progress=stop_at(10),
        )
    resumed = resume(stopped)
    assert resumed["u"].tobytes() == straight["u"].tobytes()
    assert resumed.history["loss"].tobytes() == straight.history["loss"].tobytes()
    adapted = load_checkpoint(stopped / "checkpoint.safetensors")["trainer"]["adaptation"]
    assert bool(adapted["multipliers"]["values"]) is ("multipliers" in loss)
    name = "violation_walls_u" if "multipliers" in loss else "weight_walls_u"
    assert open_run(stopped).history[name].tobytes() == straight.history[name].tobytes()


class Cooled(Problem):
    """-u'' = 1 with a condition whose equation is multiplied by a number."""

    coordinates, unknowns = ("x",), ("u",)
    settings: ClassVar = {"points": {"interior": 40}, "network": {"widths": [4]}}

    def __init__(self, factor: float = 1.0):
        self.domain = Interval(0.0, 1.0)
        self.conditions = {
            "left": Dirichlet(u=0.0, where="x=0"),
            "right": Robin(factor, factor, 2.0 * factor, where="x=1"),
        }

    def residual(self, jet: Jet) -> dict[str, Tensor]:
        return {"poisson": jet("u_xx") + 1.0}


@pytest.mark.parametrize(
    ("balance", "factor"), [("gradient", 2.0**-20), ("ntk", 2.0**20), ("ntk", 1e6)]
)
def test_a_condition_that_is_multiplied_by_a_number_is_met_as_before(
    balance: str, factor: float
) -> None:
    settings = {
        "conditions": "soft",
        "loss": {"balance": balance, "multipliers": ["right"], "adapt_every": 6},
        "adam": {"steps": 4},
        "lm": {"steps": 14, "tolerance": 0.999, "redraw_every": 0},
        "release": {"steps": 0},
    }
    runs = [run_of(Cooled(f), "kan", settings, "cpu", "float64") for f in (1.0, factor)]
    for run in runs:
        run.trainer.run(lambda: None, lambda report: None)
    adapted = runs[0].trainer.state()["adaptation"]
    assert adapted["multipliers"]["values"], "there was an update"
    assert adapted["factors"]
    one, other = (run.evaluate(run.grid.points)["u"] for run in runs)
    if math.log2(factor).is_integer():
        assert other.numpy().tobytes() == one.numpy().tobytes()
    assert torch.allclose(other, one, rtol=0.0, atol=1e-5)


def test_settings_name_the_balances_of_the_table() -> None:
    assert get_args(LossSettings.model_fields["balance"].annotation) == tuple(BALANCES)


@pytest.mark.parametrize("loss", [{"balance": "ntk"}, {"multipliers": ["surface"]}], ids=str)
def test_random_dimensions_go_with_fixed_weights_alone(loss: dict[str, object]) -> None:
    settings = {"stages": ["adam"], "adam": {"redraw_every": 1}, "conditions": "soft"}
    with pytest.raises(SettingsError, match=f"leave loss.{next(iter(loss))} out"):
        run_of(
            load_problem("ball_poisson"),
            "kan",
            FAST | settings | {"loss": {"random_dimensions": 2, **loss}},
            "cpu",
            "float64",
        )
