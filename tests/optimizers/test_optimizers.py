"""Optimizers on functions with known minima, and their states."""

import math
from collections.abc import Callable, Sequence

import pytest
import torch
from scipy.linalg import lstsq
from scipy.optimize import least_squares, minimize, rosen
from torch import Tensor, nn

from pinn_metakan.optimizers.damped_least_squares import (
    Linearization,
    NormalEquations,
    Orthogonal,
)
from pinn_metakan.optimizers.first_order import SCHEDULES, Adam
from pinn_metakan.optimizers.lbfgs import LBFGS
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.optimizer import NOT_FINITE, Optimizer
from pinn_metakan.optimizers.verdict import Outcome

START = (1.3, 0.7, 0.8, 1.9, 1.2)


class Squares:
    """Sums of squares of residuals of one parameter vector, as the trainer offers them."""

    def __init__(self, residuals: Callable[[Tensor], Tensor], start: Sequence[float]):
        self.x = nn.Parameter(torch.tensor(start, dtype=torch.float64))
        self.residuals = residuals
        self.seen: list[tuple[float, ...]] = []

    def gradient(self) -> Tensor:
        self.seen.append(tuple(self.x.detach().tolist()))
        self.x.grad = None
        loss = self.residuals(self.x).square().sum()
        loss.backward()
        return loss.detach()

    def residual(self) -> Tensor:
        return self.residuals(self.x.detach())

    def linearize(self) -> tuple[Tensor, Tensor]:
        jacobian = torch.autograd.functional.jacobian(self.residuals, self.x.detach())
        return self.residual(), jacobian

    @property
    def value(self) -> Tensor:
        return self.x.detach()


def rosenbrock(scale: float = 1.0) -> Squares:
    def residuals(x: Tensor) -> Tensor:
        return scale * torch.cat([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])

    return Squares(residuals, START)


def test_lbfgs_finds_the_minimum_that_scipy_finds() -> None:
    probe = rosenbrock()
    optimizer = LBFGS([probe.x], tolerance_gradient=1e-6)
    reasons = [optimizer.step(probe) for _ in range(80)]
    verdict = next(reason for reason in reasons if reason)
    assert verdict.outcome is Outcome.SETTLED
    assert "gradient tolerance" in verdict.sentence
    expected = minimize(rosen, START, method="L-BFGS-B", options={"gtol": 1e-8}).x
    assert torch.allclose(probe.value, torch.from_numpy(expected), atol=1e-5)


@pytest.mark.parametrize("scale", [1.0, 1e-6])
def test_lbfgs_does_not_mind_how_small_the_loss_is(scale: float) -> None:
    probe = rosenbrock(scale)
    optimizer = LBFGS([probe.x])
    for _ in range(80):
        optimizer.step(probe)
    assert torch.allclose(probe.value, torch.ones(5, dtype=torch.float64), atol=1e-6)


def test_lbfgs_evaluates_no_point_twice() -> None:
    probe = rosenbrock()
    optimizer = LBFGS([probe.x])
    for _ in range(20):
        optimizer.step(probe)
    assert len(probe.seen) == len(set(probe.seen))


def test_lbfgs_says_when_it_makes_no_progress() -> None:
    class Misleading(Squares):
        def gradient(self) -> Tensor:
            loss = super().gradient()
            self.x.grad = -2 * self.x.detach()  # the wrong way
            return loss

    probe = Misleading(lambda x: x, (1.0, 1.0))
    optimizer = LBFGS([probe.x])
    verdicts = [optimizer.step(probe) for _ in range(3)]
    assert any(verdict and verdict.outcome is Outcome.STUCK for verdict in verdicts)
    assert torch.equal(probe.value, torch.ones(2, dtype=torch.float64))


@pytest.mark.parametrize("kind", [LBFGS, LevenbergMarquardt])
def test_a_step_to_nan_is_undone(kind: type[LBFGS] | type[LevenbergMarquardt]) -> None:
    probe = Squares(lambda x: (x - 0.999) ** 0.25, (1.0,))
    optimizer = kind([probe.x])
    for _ in range(5):
        optimizer.step(probe)
    assert torch.isfinite(probe.value).all()
    assert torch.isfinite(probe.residual()).all()


def test_lbfgs_stops_when_steps_are_below_the_tolerance() -> None:
    probe = rosenbrock()
    optimizer = LBFGS([probe.x], tolerance_change=1e-3)
    reasons = [optimizer.step(probe) for _ in range(80)]
    assert any(reason and reason.sentence.startswith("step tolerance") for reason in reasons)


def test_prompts_train_ten_times_faster() -> None:
    prompt, other = (nn.Parameter(torch.zeros(1, dtype=torch.float64)) for _ in range(2))
    optimizer = Adam([prompt, other], [prompt], 10, 1e-3, 10.0, "constant", 1.0)

    class Ones(Squares):
        def gradient(self) -> Tensor:
            prompt.grad, other.grad = (torch.ones(1, dtype=torch.float64) for _ in range(2))
            return torch.zeros(())

    optimizer.step(Ones(lambda x: x, (1.0,)))
    assert float(prompt.detach() / other.detach()) == pytest.approx(10.0)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_from_one_to_its_final_factor(name: str) -> None:
    schedule = SCHEDULES[name]
    assert schedule(0.0, 0.1) == pytest.approx(1.0)
    assert schedule(1.0, 0.1) == pytest.approx(1.0 if name == "constant" else 0.1)
    assert 0.1 <= schedule(0.5, 0.1) <= 1.0


MAKERS: dict[str, Callable[[nn.Parameter], Optimizer]] = {
    "adam": lambda x: Adam([x], [], 100, 1e-2, 1.0, "cosine", 0.1),
    "lbfgs": lambda x: LBFGS([x]),
    "lm": lambda x: LevenbergMarquardt([x], damping=1.0),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_state_goes_on_bit_for_bit(make: Callable[[nn.Parameter], Optimizer]) -> None:
    probe = rosenbrock()
    straight = make(probe.x)
    for _ in range(4):
        straight.step(probe)
    state, middle = straight.state(), probe.value.clone()
    for _ in range(4):
        straight.step(probe)
    again = rosenbrock()
    with torch.no_grad():
        again.x.copy_(middle)
    resumed = make(again.x)
    resumed.load(state)
    for _ in range(4):
        resumed.step(again)
    assert torch.equal(probe.value, again.value)


def exponential_fit(x: Tensor) -> Tensor:
    """Two exponentials through data of two others: curved and ill-conditioned."""
    t = torch.linspace(0, 3, 25, dtype=x.dtype)
    model = x[0] * torch.exp(-x[1] * t) + x[2] * torch.exp(-x[3] * t)
    return model - (2 * torch.exp(-0.7 * t) + torch.exp(-2.5 * t) + 0.01 * torch.sin(20 * t))


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
    assert torch.allclose(probe.value, torch.from_numpy(found.x), rtol=1e-5)


def valley(x: Tensor) -> Tensor:
    """A valley along x_2 = x_1^3, a thousand times steeper than it is long."""
    return torch.stack([1 - x[0], 1e3 * (x[1] - x[0] ** 3)])


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


def missed(corrections: int, acceleration: float) -> float:
    """What a step in the valley misses of the promised fall, as part of it."""
    probe = Squares(valley, (-1.5, -(1.5**3)))
    here = Linearization(probe.value.clone(), *probe.linearize(), 0.0)
    damping = 1e-8
    optimizer = LevenbergMarquardt(
        [probe.x], corrections=corrections, acceleration=acceleration, smallest_ratio=1e-9
    )
    trial = optimizer._trial(probe, here, damping)
    if trial is None:
        return math.inf
    matrix = here.jacobian.T @ here.jacobian
    matrix += damping * here.trace * torch.eye(2, dtype=torch.float64)
    step = -torch.linalg.solve(matrix, here.jacobian.T @ here.r)
    promised = float((here.r + here.jacobian @ step).square().sum())
    return (trial.loss - promised) / (here.loss - promised)


def test_a_corrected_step_ends_where_the_linear_model_promises() -> None:
    assert missed(corrections=0, acceleration=0.75) > 0.25
    assert missed(corrections=20, acceleration=0.75) <= 0.25


@pytest.mark.parametrize("shape", [(60, 25), (25, 60)], ids=["tall", "wide"])
@pytest.mark.parametrize("damping", [1e-2, 1e-8, 1e-12, 1e-14])
@pytest.mark.parametrize("kind", ["normal", "orthogonal"])
def test_a_factorization_solves_the_damped_least_squares_problem(
    kind: str, damping: float, shape: tuple[int, int], generator: torch.Generator
) -> None:
    """Against SciPy's least squares of J with sqrt(lambda) below it; condition number 1e10."""
    rank = min(shape)
    left, _ = torch.linalg.qr(torch.randn(shape[0], rank, generator=generator).double())
    right, _ = torch.linalg.qr(torch.randn(shape[1], rank, generator=generator).double())
    jacobian = left * torch.logspace(0, -10, rank, dtype=torch.float64) @ right.T
    v = torch.randn(shape[0], generator=generator).double()
    trace = float(jacobian.square().sum())
    amount = damping * trace
    if kind == "normal":
        normal = NormalEquations(jacobian, trace)
        assert normal.is_definite(amount)
        found = normal.solve(v, amount)
    else:
        found = Orthogonal(jacobian).solve(v, amount)
    below = amount**0.5 * torch.eye(shape[1], dtype=torch.float64)
    stacked, right_side = torch.cat([jacobian, below]), torch.cat([-v, v.new_zeros(shape[1])])
    expected = torch.from_numpy(lstsq(stacked.numpy(), right_side.numpy())[0])
    assert (found - expected).norm() < 1e-6 * expected.norm()


def test_levenberg_marquardt_solves_a_problem_with_more_unknowns_than_residuals() -> None:
    probe = Squares(lambda x: torch.stack([x.sum() ** 2 - 4, x[0] * x[1] - x[2]]), (1.0,) * 6)
    optimizer = LevenbergMarquardt([probe.x])
    for _ in range(30):
        optimizer.step(probe)
    assert float(probe.residual().norm()) < 1e-12


def test_a_jacobian_that_is_not_finite_is_told() -> None:
    probe = Squares(lambda x: x.abs().sqrt(), (0.0, 1.0))
    assert LevenbergMarquardt([probe.x]).step(probe) == NOT_FINITE


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


def test_levenberg_marquardt_gives_honest_reasons() -> None:
    at_minimum = Squares(lambda x: torch.cat([x, torch.ones(1).double()]), (0.0, 0.0))
    verdict = LevenbergMarquardt([at_minimum.x]).step(at_minimum)
    assert verdict is not None
    assert verdict.outcome is Outcome.STUCK
    zero = Squares(lambda x: x, (0.0,))
    verdict = LevenbergMarquardt([zero.x]).step(zero)
    assert verdict is not None
    assert verdict.outcome is Outcome.LOSS_REACHED
    flat = Squares(lambda x: 0 * x + 1, (1.0,))
    verdict = LevenbergMarquardt([flat.x]).step(flat)
    assert verdict is not None
    assert verdict.outcome is Outcome.STUCK
    assert "does not depend" in verdict.sentence
    slow = Squares(exponential_fit, (1.0, 1.0, 0.5, 3.0))
    optimizer = LevenbergMarquardt([slow.x], tolerance=0.999)
    verdicts = [optimizer.step(slow) for _ in range(12)]
    assert any(verdict and verdict.outcome is Outcome.SETTLED for verdict in verdicts)


def test_unknown_names_are_refused() -> None:
    x = nn.Parameter(torch.zeros(1))
    with pytest.raises(LookupError, match="constant, cosine, exponential"):
        Adam([x], [], 1, 1e-3, 10.0, "linear", 0.1)
    with pytest.raises(LookupError, match="strong_wolfe or none"):
        LBFGS([x], line_search="armijo")
