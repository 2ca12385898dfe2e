"""Optimizers on functions with known minima, and their states."""

import pytest
import torch
from scipy.optimize import minimize, rosen
from torch import Tensor, nn

from pinn_metakan.optimizers.first_order import SCHEDULES, Adam
from pinn_metakan.optimizers.lbfgs import LBFGS
from pinn_metakan.optimizers.optimizer import Evaluate, Optimizer

START = (1.3, 0.7, 0.8, 1.9, 1.2)


def rosenbrock(scale: float = 1.0) -> tuple[nn.Parameter, Evaluate]:
    x = nn.Parameter(torch.tensor(START, dtype=torch.float64))

    def evaluate() -> Tensor:
        x.grad = None
        loss = scale * (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
        loss.backward()
        return loss.detach()

    return x, evaluate


def test_lbfgs_finds_the_minimum_that_scipy_finds() -> None:
    x, evaluate = rosenbrock()
    optimizer = LBFGS([x], tolerance_gradient=1e-6)
    reasons = [optimizer.step(evaluate) for _ in range(80)]
    assert "gradient tolerance" in next(reason for reason in reasons if reason)
    expected = minimize(rosen, START, method="L-BFGS-B", options={"gtol": 1e-8}).x
    assert torch.allclose(x.detach(), torch.from_numpy(expected), atol=1e-5)


@pytest.mark.parametrize("scale", [1.0, 1e-12])
def test_lbfgs_does_not_mind_how_small_the_loss_is(scale: float) -> None:
    x, evaluate = rosenbrock(scale)
    optimizer = LBFGS([x])
    for _ in range(80):
        optimizer.step(evaluate)
    assert torch.allclose(x.detach(), torch.ones(5, dtype=torch.float64), atol=1e-6)


def test_lbfgs_evaluates_no_point_twice() -> None:
    x, evaluate = rosenbrock()
    seen: list[tuple[float, ...]] = []

    def counted() -> Tensor:
        seen.append(tuple(x.detach().tolist()))
        return evaluate()

    optimizer = LBFGS([x])
    for _ in range(20):
        optimizer.step(counted)
    assert len(seen) == len(set(seen))


def test_lbfgs_says_when_it_makes_no_progress() -> None:
    x = nn.Parameter(torch.ones(2, dtype=torch.float64))

    def misleading() -> Tensor:  # the gradient points the wrong way
        x.grad = -2 * x.detach()
        return x.detach().square().sum()

    optimizer = LBFGS([x])
    reasons = [optimizer.step(misleading) for _ in range(3)]
    assert any(reason and "no progress" in reason for reason in reasons)
    assert torch.equal(x.detach(), torch.ones(2, dtype=torch.float64))


def test_lbfgs_undoes_a_step_to_nan() -> None:
    x = nn.Parameter(torch.tensor([1.0], dtype=torch.float64))

    def edge() -> Tensor:
        x.grad = None
        loss = torch.sqrt(x - 0.999).sum()
        loss.backward()
        return loss.detach()

    optimizer = LBFGS([x])
    for _ in range(5):
        optimizer.step(edge)
    assert torch.isfinite(x).all()


def test_lbfgs_stops_when_steps_are_below_the_tolerance() -> None:
    x, evaluate = rosenbrock()
    optimizer = LBFGS([x], tolerance_change=1e-3)
    reasons = [optimizer.step(evaluate) for _ in range(80)]
    assert any(reason and reason.startswith("step tolerance") for reason in reasons)


def test_prompts_train_ten_times_faster() -> None:
    prompt, other = (nn.Parameter(torch.zeros(1, dtype=torch.float64)) for _ in range(2))
    optimizer = Adam([prompt, other], [prompt], 10, 1e-3, 10.0, "constant", 1.0)

    def evaluate() -> Tensor:
        prompt.grad, other.grad = (torch.ones(1, dtype=torch.float64) for _ in range(2))
        return torch.zeros(())

    optimizer.step(evaluate)
    assert float(prompt.detach() / other.detach()) == pytest.approx(10.0)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_from_one_to_its_final_factor(name: str) -> None:
    schedule = SCHEDULES[name]
    assert schedule(0.0, 0.1) == pytest.approx(1.0)
    assert schedule(1.0, 0.1) == pytest.approx(1.0 if name == "constant" else 0.1)
    assert 0.1 <= schedule(0.5, 0.1) <= 1.0


def make(name: str, x: nn.Parameter) -> Optimizer:
    return LBFGS([x]) if name == "lbfgs" else Adam([x], [], 100, 1e-2, 1.0, "cosine", 0.1)


@pytest.mark.parametrize("name", ["adam", "lbfgs"])
def test_a_state_goes_on_bit_for_bit(name: str) -> None:
    x, evaluate = rosenbrock()
    straight = make(name, x)
    for _ in range(7):
        straight.step(evaluate)
    state, middle = straight.state(), x.detach().clone()
    for _ in range(7):
        straight.step(evaluate)
    y, evaluate_again = rosenbrock()
    with torch.no_grad():
        y.copy_(middle)
    resumed = make(name, y)
    resumed.load(state)
    for _ in range(7):
        resumed.step(evaluate_again)
    assert torch.equal(x.detach(), y.detach())


def test_unknown_names_are_refused() -> None:
    x = nn.Parameter(torch.zeros(1))
    with pytest.raises(LookupError, match="constant, cosine, exponential"):
        Adam([x], [], 1, 1e-3, 10.0, "linear", 0.1)
    with pytest.raises(LookupError, match="strong_wolfe or none"):
        LBFGS([x], line_search="armijo")
