"""Adam with two learning rates and a schedule."""

import pytest
import torch
from sums_of_squares import Squares
from torch import Tensor, nn

from pinn_metakan.optimizers.first_order import SCHEDULES, Adam


def test_prompts_train_ten_times_faster() -> None:
    prompt, other = (nn.Parameter(torch.zeros(1, dtype=torch.float64)) for _ in range(2))
    optimizer = Adam([prompt, other], [prompt], steps=10, learning_rate=1e-3, schedule="constant")

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


def test_an_unknown_schedule_is_refused() -> None:
    with pytest.raises(LookupError, match="constant, cosine, exponential"):
        Adam([nn.Parameter(torch.zeros(1))], schedule="linear")


def test_its_numbers_are_those_of_torch() -> None:
    generator = torch.Generator().manual_seed(0)
    starts = [torch.randn(*shape, generator=generator) for shape in ((3, 2), (4,))]
    ours, theirs = ([nn.Parameter(start.clone()) for start in starts] for _ in range(2))
    optimizer = Adam(ours, [ours[1]], learning_rate=1e-2, schedule="constant")
    oracle = torch.optim.Adam(
        [{"params": theirs[:1], "lr": 1e-2}, {"params": theirs[1:], "lr": 1e-1}]
    )

    class Drawn(Squares):
        def gradient(self) -> Tensor:
            for p, other in zip(ours, theirs, strict=True):
                p.grad = torch.randn(p.shape, generator=generator)
                other.grad = p.grad.clone()
            return torch.zeros(())

    for _ in range(20):
        optimizer.step(Drawn(lambda x: x, (1.0,)))
        oracle.step()
    for p, other in zip(ours, theirs, strict=True):
        assert torch.equal(p, other)


@pytest.mark.parametrize("rate", [1e39, 1e300, 1e308])
def test_a_rate_that_float32_does_not_hold_makes_the_largest_step(rate: float) -> None:
    ours = nn.Parameter(torch.ones(2))

    class Ones(Squares):
        def gradient(self) -> Tensor:
            ours.grad = torch.ones(2)
            return torch.zeros(())

    optimizer = Adam([ours], learning_rate=rate, prompt_factor=10.0)
    for _ in range(3):
        optimizer.step(Ones(lambda x: x, (1.0,)))
    assert not (ours.abs() < 1e37).any()
