"""Residuals, gradients and Jacobians of many points in chunks, against those of all at once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from small_runs import FAST
from torch import Tensor

from pinn_metakan.losses import collocation, point_chunks, row_passes
from pinn_metakan.losses.row_passes import ChunkedRows
from pinn_metakan.optimizers import jacobian_in_blocks
from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.jacobian_in_blocks import JacobianInBlocks
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings

SMALL: dict[str, object] = FAST | {
    "network": {"widths": [3]},
    "points": {"interior": 40, "boundary": 11, "initial": 13, "adaptive": 0.5},
    "conditions": "soft",
}
CASES = {
    "soft": ("heat", "metakan", {}),
    "three equations": ("sir", "kan", {"evaluation": {"shape": [11]}}),
    "periodic": ("allen_cahn", "metakan", {}),
    "autograd": ("heat", "metakan", {"engine": "autograd"}),
    "weights": ("heat", "mlp", {"loss": {"causality": 1.0}}),
    "multipliers": ("poisson", "mlp", {"loss": {"multipliers": ["boundary"]}}),
}


def assembled(problem: str, network: str, changes: dict[str, object]) -> AssembledRun:
    loaded = load_problem(problem)
    settings = suggested_settings(loaded, network, [("small", SMALL), ("test", changes)])  # type: ignore[list-item]
    return AssembledRun(loaded, choose(network, settings, 0, "cpu", "float64"))


@contextmanager
def in_chunks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Chunks of a few points, blocks of a few rows."""
    with monkeypatch.context() as patch:
        patch.setattr(point_chunks, "_LARGEST_WHOLE", 0)
        patch.setattr(point_chunks, "_CHUNK_NUMBERS", 300)
        patch.setattr(row_passes, "_BLOCK_NUMBERS", 200)
        yield


def close(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(
        found, expected, rtol=1e-12, atol=1e-12 * float(expected.abs().max())
    )


@pytest.mark.parametrize("case", CASES)
def test_points_in_chunks_give_the_numbers_of_all_at_once(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = assembled(*CASES[case])
    probe, parameters = run.trainer.least_squares, list(run.ansatz.parameters())
    expected_loss = probe.loss()
    expected_slopes = torch.autograd.grad(expected_loss, parameters)
    expected_r, expected = (part.detach() for part in probe.linearize())
    with in_chunks(monkeypatch):
        loss = probe.loss()
        close(loss.detach(), expected_loss.detach())
        for a, b in zip(torch.autograd.grad(loss, parameters), expected_slopes, strict=True):
            close(a, b)
        assert probe.linearize_within is not None
        r, jacobian = probe.linearize_within(0)
        assert isinstance(jacobian, JacobianInBlocks)
        close(r, expected_r)
        close(jacobian.rows(), expected)


@pytest.mark.parametrize("case", CASES)
def test_a_linearization_in_blocks_equals_the_whole_one(
    case: str, generator: torch.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = assembled(*CASES[case])
    whole_r, whole_jacobian = run.objective.linearize()
    point = torch.cat([p.detach().flatten() for p in run.ansatz.parameters()])
    whole = Linearization(point, whole_r, whole_jacobian, 0.5)
    with in_chunks(monkeypatch):
        r, jacobian = run.objective.linearize_within(0)
        here = Linearization(point, r, jacobian, 0.5)
        step = torch.randn(len(point), generator=generator, dtype=torch.float64)
        v = torch.randn(len(r), generator=generator, dtype=torch.float64)
        close(here.slopes, whole.slopes)
        close(here.gram().tril(), whole.gram().tril())
        close(here.pushed(step), whole.pushed(step))
        close(here.pulled(v), whole.pulled(v))
        close(here.pulled_sum(v, step), whole.pulled_sum(v, step))
        assert here.trace == pytest.approx(whole.trace, rel=1e-12)


def test_products_with_vectors_make_no_rows(
    generator: torch.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = assembled(*CASES["soft"])
    point = torch.cat([p.detach().flatten() for p in run.ansatz.parameters()])
    passes: list[str] = []
    with in_chunks(monkeypatch):
        r, jacobian = run.objective.linearize_within(0)
        for name in ("blocks", "pushed", "pulled"):
            one = getattr(ChunkedRows, name)
            monkeypatch.setattr(
                ChunkedRows, name, lambda *a, n=name, f=one: passes.append(n) or f(*a)
            )
        here = Linearization(point, r, jacobian, 0.5)
        factorization = DampedLeastSquares(here).factorization(1e-9)
        assert factorization is not None
        step = factorization.solve(here.r)
        assert passes == ["blocks"], "J^T J and J^T r of one pass, and no refinement"
        here.pushed(step)
        factorization.solve(here.r + 1.0)
    assert passes == ["blocks", "pushed", "pulled"]


def test_norms_of_columns_of_many_parameters_need_no_product(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = assembled(*CASES["soft"])
    _, whole = run.objective.linearize()
    monkeypatch.setattr(jacobian_in_blocks, "LARGEST_GRAM", 0, raising=False)
    monkeypatch.setattr(JacobianInBlocks, "gram", lambda self: pytest.fail("J^T J is made"))
    with in_chunks(monkeypatch):
        _, jacobian = run.objective.linearize_within(0)
        close(jacobian.column_squares(), whole.square().sum(dim=0))


def test_a_jacobian_in_blocks_stays_where_it_was_made() -> None:
    run = assembled(*CASES["soft"])
    _, jacobian = run.objective.linearize_within(0)
    before = jacobian.rows()
    moved = [parameter.detach().add_(0.1).clone() for parameter in run.ansatz.parameters()]
    close(jacobian.rows(), before)
    for parameter, value in zip(run.ansatz.parameters(), moved, strict=True):
        assert torch.equal(parameter, value)


def test_many_points_are_chosen_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    run = assembled(*CASES["soft"])
    monkeypatch.setattr(collocation, "_LARGEST_CHOICE", 3)
    run.objective.redraw()
    points = run.equations.at.points
    assert points.shape == (40, 2)
    assert len(points.unique(dim=0)) == 40
    assert bool(run.problem.domain.contains(points).all())


def test_steps_in_blocks_lead_where_whole_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = []
    for most in (100_000_000, 10):
        run = assembled("heat", "metakan", {"lm": {"steps": 3, "max_numbers": most}})
        with in_chunks(monkeypatch):
            run.trainer.run(lambda: None, lambda entry: None)
        ends.append(run.record.entries[-1]["loss"])
    assert ends[1] == pytest.approx(ends[0], rel=1e-6)


def test_a_part_of_the_points_stands_for_all(generator: torch.Generator) -> None:
    run = assembled(*CASES["soft"])
    part = run.objective.with_part(32, generator)
    counts = [len(group.at.points) for group in part.collocation.groups]
    assert counts == [20, 6, 6]
    assert {float(x) for x in part.collocation.equations.at.points[:, 0]} <= {
        float(x) for x in run.equations.at.points[:, 0]
    }
    with torch.no_grad():
        losses = [float(run.objective.with_part(32, generator).loss()) for _ in range(200)]
        whole = float(run.objective.loss())
    assert sum(losses) / len(losses) == pytest.approx(whole, rel=0.1)


def test_points_of_an_integral_take_none_of_the_part_from_the_equations(
    generator: torch.Generator,
) -> None:
    objective = assembled("poisson_neumann", "metakan", {"conditions": "soft"}).objective
    *cut, integral = objective.with_part(32, generator).collocation.groups
    assert integral.terms == ("mean_u",)
    assert len(integral.at.points) == len(objective.collocation.groups[-1].at.points) > 400
    assert sum(len(group.at.points) for group in cut) == pytest.approx(32, abs=4)
