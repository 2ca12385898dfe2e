"""The memory that tensors take at once."""

import torch
from torch import Tensor

from pinn_metakan.benchmarks.measure.tensor_memory import peak_bytes

CPU = torch.device("cpu")
MEGABYTE = 8 * 125_000


def numbers() -> Tensor:
    return torch.zeros(125_000, dtype=torch.float64)


def test_the_peak_counts_what_is_alive_at_once() -> None:
    def one_after_another() -> None:
        for _ in range(5):
            numbers()

    def side_by_side() -> list[Tensor]:
        return [numbers() for _ in range(5)]

    def in_place_and_views() -> Tensor:
        kept = numbers()
        kept.add_(1.0)
        return kept.view(5, -1)[2:]

    assert peak_bytes(one_after_another, CPU) <= 2 * MEGABYTE
    assert peak_bytes(side_by_side, CPU) == 5 * MEGABYTE
    assert peak_bytes(in_place_and_views, CPU) == MEGABYTE


def test_the_peak_counts_what_is_kept_for_the_backward_pass() -> None:
    def step() -> None:
        x = numbers().requires_grad_()
        x.sin().exp().sum().backward()

    assert peak_bytes(step, CPU) >= 4 * MEGABYTE  # x, sin x, exp sin x and a gradient
