"""Evolution by collocation in space and time: orders, another method, two dimensions."""

import math

import pytest
import torch
from torch import Tensor

from pinn_metakan.reference.box_evolution import BoxEvolution
from pinn_metakan.reference.cole_hopf import cole_hopf

COLD = [("low", 0), ("high", 0)]
VISCOSITY = 0.1


def burgers(count: int = 40, steps: int = 8, nodes: int = 8) -> BoxEvolution:
    def residual(points: Tensor, u: Tensor, u_x: Tensor, u_xx: Tensor, u_t: Tensor) -> Tensor:
        return u_t + u * u_x - VISCOSITY * u_xx

    return BoxEvolution(
        [(-1.0, 1.0)], [COLD], (0.0, 1.0), lambda x: -torch.sin(math.pi * x), residual,
        [(0, 0), (1, 0), (2, 0), (0, 1)], count, steps, nodes,
    )  # fmt: skip


def points_of(dimension: int) -> Tensor:
    return torch.rand(
        300, dimension, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )


def largest_error(solution: BoxEvolution) -> float:
    points = points_of(2) * torch.tensor([2.0, 1.0]) - torch.tensor([1.0, 0.0])
    return float((solution(points)["u"] - cole_hopf(points, VISCOSITY)).abs().max())


def test_burgers_equation_converges_spectrally_in_space() -> None:
    errors = [largest_error(burgers(count)) for count in (10, 20, 40)]
    digits = [math.log(errors[0] / errors[1]), math.log(errors[1] / errors[2])]
    assert digits[1] > 1.5 * digits[0]  # twice the nodes, twice the digits: no power does that
    assert errors[2] < 1e-5


def test_burgers_equation_converges_in_time_with_the_order_of_its_nodes() -> None:
    errors = [largest_error(burgers(steps=steps, nodes=3)) for steps in (4, 8, 16)]
    assert errors[0] / errors[1] > 2**2.5
    assert errors[1] / errors[2] > 2**2.5


def test_the_error_that_it_tells_holds() -> None:
    solution = burgers(24, 6, 6)
    assert largest_error(solution) < solution.error["u"] < 1e-2


def test_heat_in_a_rectangle_with_an_insulated_side_agrees_with_its_closed_form() -> None:
    def start(x: Tensor, y: Tensor) -> Tensor:
        return torch.sin(math.pi * x) * torch.cos(math.pi / 4 * y)

    def residual(points: Tensor, u_xx: Tensor, u_yy: Tensor, u_t: Tensor) -> Tensor:
        return u_t - u_xx - u_yy

    insulated = [("low", 1), ("high", 0)]
    solution = BoxEvolution(
        [(0.0, 1.0), (0.0, 2.0)], [COLD, insulated], (0.5, 0.6), start, residual,
        [(2, 0, 0), (0, 2, 0), (0, 0, 1)], count=10, steps=2, nodes=6,
    )  # fmt: skip
    points = points_of(3) * torch.tensor([1.0, 2.0, 0.1]) + torch.tensor([0.0, 0.0, 0.5])
    points.requires_grad_()
    rate = math.pi**2 * 17 / 16
    exact = start(points[:, 0], points[:, 1]) * torch.exp(-rate * (points[:, 2] - 0.5))
    found = solution(points)["u"]
    assert (found - exact).abs().max() < 1e-8
    (slopes,) = torch.autograd.grad(found.sum(), points)
    assert (slopes[:, 2] + rate * exact).abs().max() < 1e-5


def test_what_is_no_evolution_is_refused() -> None:
    with pytest.raises(ValueError, match=r"last time must be after the first, got \(1, 0\)"):
        BoxEvolution([(0, 1)], [COLD], (1, 0), torch.sin, lambda *a: a[1], [(0, 1)])
    with pytest.raises(ValueError, match="got 1 bounds and 0 conditions"):
        BoxEvolution([(0, 1)], [], (0, 1), torch.sin, lambda *a: a[1], [(0, 1)])
