"""The method of multipliers against a constrained least-squares solution made by NumPy."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Generator

from pinn_metakan.benchmarks.measure.assembled import run_of
from pinn_metakan.errors import SettingsError
from pinn_metakan.optimizers.flat import flattened
from pinn_metakan.optimizers.verdict import Outcome
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun

Array = NDArray[np.float64]
CONDITION, TERM = "boundary", "boundary_u"
POINTS = {"interior": 200, "first": 0, "boundary": 8}
#: Few points on the boundary, where a few features can meet all conditions.
LINEAR: dict[str, object] = {
    "conditions": "soft",
    "network": {"widths": [60], "spread": 1.0},
    "points": POINTS,
    "linear": {"steps": 60},
    "loss": {"multipliers": [CONDITION]},
    "evaluation": {"shape": [11, 11]},
}


def poisson(name: str = "features", **changed: object) -> AssembledRun:
    settings = {**LINEAR, **changed}
    if name != "features":
        settings = {key: part for key, part in settings.items() if key != "linear"}
    return run_of(load_problem("poisson"), name, settings, "cpu", "float64")


def trained(run: AssembledRun) -> AssembledRun:
    run.trainer.run(lambda: None, lambda report: None)
    return run


def multipliers_of(run: AssembledRun) -> Array:
    state = run.trainer.state()["adaptation"]["multipliers"]["values"]
    found: Array = state[TERM].numpy()
    return found


def constrained_solution(r: Array, j: Array, equations: int) -> tuple[Array, Array]:
    """Step and multipliers of min |r_e + J_e s|^2 with r_c + J_c s = 0, by its null space."""
    (r_e, r_c), (j_e, j_c) = np.split(r, [equations]), np.split(j, [equations])
    q, _ = np.linalg.qr(j_c.T, mode="complete")
    null = q[:, len(j_c) :]
    particular = -np.linalg.lstsq(j_c, r_c, rcond=None)[0]
    free = np.linalg.lstsq(j_e @ null, -(r_e + j_e @ particular), rcond=None)[0]
    step = particular + null @ free
    return step, -np.linalg.lstsq(j_c.T, j_e.T @ (r_e + j_e @ step), rcond=None)[0]


@pytest.mark.parametrize(("stage", "tolerance"), [("linear", 1e-10), ("lm", 1e-8)])
def test_multipliers_lead_to_the_constrained_least_squares_solution(
    stage: str, tolerance: float
) -> None:
    lm = {"steps": 25, "redraw_every": 0, "damping": 1e-20, "tolerance": 0.2}
    run = poisson(stages=[stage], lm=lm)
    start = flattened(list(run.ansatz.parameters()))
    count = len(run.equations.at.points)
    r, j = (part.numpy() for part in run.objective.linearize())
    for part in (r, j):
        part[count:] /= run.objective.weights[TERM] ** 0.5
    step, multipliers = constrained_solution(r, j, count)
    trained(run)
    moved = (flattened(list(run.ansatz.parameters())) - start).numpy()
    assert np.abs(r[count:] + j[count:] @ moved).max() < 1e-11
    assert np.linalg.norm(j[:count] @ (moved - step)) < 1e-10
    assert np.linalg.norm(moved - step) < tolerance * np.linalg.norm(step)
    assert np.abs(multipliers_of(run) - multipliers).max() < 1e-10
    assert np.abs(multipliers).max() > 1e-6, "without multipliers the conditions are met as well"


def test_a_network_meets_conditions_twenty_times_better() -> None:
    few = {
        "network": {"widths": [4]},
        "points": {"interior": 60, "first": 0, "boundary": 8},
        "adam": {"steps": 20},
        "lm": {"steps": 60, "redraw_every": 0, "tolerance": 0.2},
    }
    residuals = []
    for chosen in ([], [CONDITION]):
        run = trained(poisson("kan", **few, loss={"multipliers": chosen}))
        residuals.append(float(run.objective.residuals()[TERM].detach().abs().max()))
    assert residuals[1] < residuals[0] / 20


def test_first_order_methods_get_the_gradient_of_the_augmented_lagrangian() -> None:
    run = poisson("kan", network={"widths": [4]})
    run.trainer.least_squares.adaptation.at_minimum()
    parameters = list(run.ansatz.parameters())
    terms = run.objective.residuals()
    equation = terms["poisson"] / run.objective.sizes["poisson"]
    condition = terms[TERM] / run.objective.sizes[TERM] / len(terms[TERM]) ** 0.5
    multipliers = torch.as_tensor(multipliers_of(run))
    assert torch.allclose(multipliers, 10.0 * condition.detach(), rtol=1e-12)
    expected = equation.square().mean() + 10.0 * (condition + multipliers / 10.0).square().sum()
    gradients = torch.autograd.grad(expected, parameters)
    run.trainer.least_squares.loss().backward()
    for parameter, gradient in zip(parameters, gradients, strict=True):
        assert parameter.grad is not None
        assert torch.allclose(parameter.grad, gradient, rtol=1e-10, atol=1e-12)


def test_points_of_conditions_stay_once_they_have_multipliers() -> None:
    run = poisson()
    before = run.objective.collocation.groups[1].at.points
    run.objective.redraw()
    assert not torch.equal(run.objective.collocation.groups[1].at.points, before)
    run.trainer.least_squares.adaptation.at_minimum()
    equations, boundary = (group.at.points for group in run.objective.collocation.groups)
    run.objective.redraw()
    now = [group.at.points for group in run.objective.collocation.groups]
    assert torch.equal(now[1], boundary)
    assert not torch.equal(now[0], equations)


def test_the_loss_that_is_told_is_neither_shifted_nor_adapted() -> None:
    run = trained(poisson(linear={"steps": 3}))
    told = float(run.objective.with_weights({"poisson": 1.0, TERM: 10.0}).loss().detach())
    entry = run.record.entries[-1]
    assert entry["loss"] == told
    assert float(run.trainer.least_squares.loss().detach()) != told
    assert entry[f"weight_{TERM}"] == 10.0
    assert entry[f"violation_{TERM}"] < 1e-5


def test_conditions_that_cannot_be_met_end_the_stage() -> None:
    points = {"interior": 200, "first": 0, "boundary": 60}
    run = trained(poisson(network={"widths": [20], "spread": 1.0}, points=points))
    assert run.record.step < 60
    assert run.trainer.verdict.outcome in (Outcome.SETTLED, Outcome.STUCK)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["wall"], "loss.multipliers: 'wall' is no condition; the conditions .* are boundary"),
        (["poisson"], "loss.multipliers: 'poisson' is an equation; the conditions"),
    ],
)
def test_what_is_no_condition_is_refused(names: list[str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        poisson(loss={"multipliers": names})


def test_a_condition_that_holds_by_construction_is_refused() -> None:
    with pytest.raises(SettingsError, match="'boundary_u' holds by construction or has the weight"):
        poisson(conditions="hard", loss={"multipliers": [TERM]})


def test_a_sample_of_the_points_has_its_part_of_the_multipliers() -> None:
    """Over many samples, the mean of J^T r is that of all residuals."""
    run = trained(poisson("mlp", stages=["adam"], network={"widths": [3]}, adam={"steps": 2}))
    run.trainer.least_squares.adaptation.at_minimum()
    probe = run.trainer.least_squares
    r, jacobian = probe.linearize()
    assert float((r - run.objective.vector().detach()).abs().max()) > 0, "rows are shifted"
    assert probe.linearize_part is not None
    draws, total = Generator().manual_seed(0), torch.zeros(jacobian.shape[1]).double()
    for _ in range(400):
        some, part = probe.linearize_part(100, draws)
        assert len(some) == 100
        total += part.pulled(some) / 400
    expected = jacobian.T @ r
    assert float((total - expected).norm()) < 0.1 * float(expected.norm())
