"""Levenberg-Marquardt against SciPy, through curved valleys, and why it stops."""

import math

import pytest
import torch
from scipy.optimize import least_squares
from sums_of_squares import Squares, exponential_fit, two_of_six, valley
from torch import Tensor

from pinn_metakan.optimizers.corrected_step import CorrectedStep
from pinn_metakan.optimizers.damped_least_squares import DampedLeastSquares
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.linearization import Linearization
from pinn_metakan.optimizers.optimizer import NOT_FINITE
from pinn_metakan.optimizers.verdict import Outcome, Verdict


@pytest.mark.parametrize("acceleration", [0.0, 0.75])
def test_levenberg_marquardt_finds_the_minimum_that_scipy_finds(acceleration: float) -> None:
    start = (1.0, 1.0, 0.5, 3.0)
    probe = Squares(exponential_fit, start)
    optimizer = LevenbergMarquardt([probe.x], acceleration=acceleration)
    for _ in range(50):
        if optimizer.step(probe):
            break
    found = least_squares(
        lambda x: exponential_fit(torch.from_numpy(x)).numpy(), start, xtol=1e-15, ftol=1e-15
    )
    assert float(probe.residual().square().sum()) == pytest.approx(2 * found.cost, rel=1e-10)
    ours, theirs = probe.value.view(2, 2), torch.from_numpy(found.x).view(2, 2)
    terms = ours if float((ours - theirs).norm()) < 1 else ours.flip(0)  # in any order
    assert torch.allclose(terms, theirs, rtol=1e-5)


def steps_through_the_valley(acceleration: float, corrections: int) -> int:
    probe = Squares(valley, (-1.5, -(1.5**3)))
    optimizer = LevenbergMarquardt([probe.x], acceleration=acceleration, corrections=corrections)
    for step in range(500):
        optimizer.step(probe)
        if float(probe.residual().norm()) < 1e-8:
            return step
    return 500


def test_acceleration_and_corrections_save_steps_in_a_curved_valley() -> None:
    plain, accelerated = steps_through_the_valley(0.0, 0), steps_through_the_valley(0.75, 0)
    corrected = steps_through_the_valley(0.75, 4)
    assert corrected < accelerated < plain


def missed(corrections: int) -> float:
    """What a step in the valley misses of the promised fall, as part of it."""
    probe = Squares(valley, (-1.5, -(1.5**3)))
    here = Linearization(probe.value.clone(), *probe.linearize(), 0.0)
    damping = 1e-8
    rule = CorrectedStep(corrections=corrections, smallest_ratio=1e-9)
    trial = rule.trial(DampedLeastSquares(here), valley, damping)
    if trial is None:
        return math.inf
    r, j = probe.linearize()
    matrix = j.T @ j
    matrix += damping * matrix.trace() * torch.eye(2, dtype=torch.float64)
    step = -torch.linalg.solve(matrix, j.T @ r)
    promised = float((r + j @ step).square().sum())
    return (trial.loss - promised) / (here.loss - promised)


def test_a_corrected_step_ends_where_the_linear_model_promises() -> None:
    assert missed(corrections=0) > 0.25
    assert missed(corrections=20) <= 0.25


def test_a_bend_that_is_not_finite_is_left_out() -> None:
    """The residual x is NaN a tenth of the step away, where a bend is measured, not at its end."""
    start = torch.full((1,), 2.0, dtype=torch.float64)
    here = Linearization(start, start, torch.ones(1, 1, dtype=torch.float64), 0.5)

    def residual(x: Tensor) -> Tensor:
        return torch.where((x > 1.5) & (x < 1.95), torch.nan, x)

    trial = CorrectedStep().trial(DampedLeastSquares(here), residual, 1e-6)
    assert trial is not None
    assert trial.loss < 1e-9


def test_levenberg_marquardt_solves_a_problem_with_more_unknowns_than_residuals() -> None:
    probe = Squares(two_of_six, (1.0,) * 6)
    optimizer = LevenbergMarquardt([probe.x])
    for _ in range(30):
        optimizer.step(probe)
    assert float(probe.residual().norm()) < 1e-12


def test_levenberg_marquardt_solves_a_linear_problem_to_the_last_digits() -> None:
    """With a condition number of 1e10, normal equations alone would leave an error of 1e-2."""
    generator = torch.Generator().manual_seed(0)
    q, _ = torch.linalg.qr(torch.randn(40, 12, generator=generator, dtype=torch.float64))
    v, _ = torch.linalg.qr(torch.randn(12, 12, generator=generator, dtype=torch.float64))
    matrix = q * torch.logspace(0, -10, 12, dtype=torch.float64) @ v
    target = matrix @ torch.ones(12, dtype=torch.float64)
    probe = Squares(lambda x: matrix @ x - target, (0.0,) * 12)
    optimizer = LevenbergMarquardt([probe.x])
    for _ in range(40):
        if optimizer.step(probe):
            break
    assert (probe.value - 1).abs().max() < 1e-4


def first_verdict(probe: Squares) -> Verdict:
    verdict = LevenbergMarquardt([probe.x]).step(probe)
    assert verdict is not None
    return verdict


def test_a_jacobian_that_is_not_finite_ends_in_no_progress() -> None:
    """The loss is finite there, and so is the best state so far."""
    verdict = first_verdict(Squares(lambda x: x.abs().sqrt(), (0.0, 1.0)))
    assert verdict.outcome is Outcome.STUCK
    assert "derivatives in the parameters are infinite" in verdict.sentence


def test_a_loss_that_is_not_finite_is_told() -> None:
    assert first_verdict(Squares(lambda x: x / 0.0, (1.0, 1.0))) == NOT_FINITE


def test_a_minimum_is_told_as_no_progress() -> None:
    at_minimum = Squares(lambda x: torch.cat([x, torch.ones(1).double()]), (0.0, 0.0))
    assert first_verdict(at_minimum).outcome is Outcome.STUCK
    assert torch.equal(at_minimum.value, torch.zeros(2, dtype=torch.float64))


def test_a_residual_of_zero_is_told() -> None:
    assert first_verdict(Squares(lambda x: x, (0.0,))).outcome is Outcome.LOSS_REACHED


def test_a_residual_that_depends_on_nothing_is_told() -> None:
    verdict = first_verdict(Squares(lambda x: 0 * x + 1, (1.0,)))
    assert verdict.outcome is Outcome.STUCK
    assert "does not depend" in verdict.sentence


def test_five_idle_steps_end_a_stage() -> None:
    slow = Squares(exponential_fit, (1.0, 1.0, 0.5, 3.0))
    optimizer = LevenbergMarquardt([slow.x], tolerance=0.999)
    verdicts = [optimizer.step(slow) for _ in range(12)]
    settled = [verdict for verdict in verdicts if verdict and verdict.outcome is Outcome.SETTLED]
    assert settled[0].sentence.startswith("step tolerance")


def creeping(x: Tensor) -> Tensor:
    """|r|^2 comes down to 1 by ever shorter steps."""
    return torch.cat([torch.ones(1).to(x), torch.exp(-x)])


@pytest.mark.parametrize(("plateau", "ends"), [(2.0, True), (0.5, False)])
def test_slow_steps_end_a_stage_below_the_plateau_only(plateau: float, ends: bool) -> None:
    probe = Squares(creeping, (1.0,))
    optimizer = LevenbergMarquardt([probe.x], tolerance=5e-3, plateau=plateau)
    verdicts = [optimizer.step(probe) for _ in range(9)]
    settled = [verdict for verdict in verdicts if verdict and verdict.outcome is Outcome.SETTLED]
    assert bool(settled) is ends
