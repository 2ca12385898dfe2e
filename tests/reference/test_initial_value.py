"""Ordinary differential equations: order, closed forms, a stiff one, chaos, refused input."""

import math

import pytest
import torch
from scipy.special import ellipj, ellipk
from torch import Tensor

from pinn_metakan.reference.initial_value import InitialValue


def times(end: float, count: int = 201) -> Tensor:
    return torch.linspace(0, end, count, dtype=torch.float64)[:, None]


def swing(t: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    return y, -x


def test_it_converges_spectrally_in_the_nodes_of_a_piece() -> None:
    errors = []
    for nodes in (4, 5, 6):
        solution = InitialValue(swing, {"x": 0.0, "y": 1.0}, (0.0, 10.0), nodes=nodes)
        error = (solution(times(10))["x"] - times(10)[:, 0].sin()).abs().max()
        errors.append(float(error))
        assert error < 3 * solution.error["x"] + 1e-14  # what it tells of itself
    assert errors[1] < 0.02 * errors[0]
    assert errors[2] < 0.02 * errors[1]
    best = InitialValue(swing, {"x": 0.0, "y": 1.0}, (0.0, 10.0))
    assert (best(times(10))["x"] - times(10)[:, 0].sin()).abs().max() < 2e-14
    assert best.error["x"] < 1e-12


def test_a_pendulum_agrees_with_elliptic_functions() -> None:
    modulus = math.sin(1.25)
    solution = InitialValue(
        lambda t, angle, speed: (speed, -torch.sin(angle)), {"angle": 2.5, "speed": 0.0}, (0.0, 20)
    )
    t = times(20)
    sine, *_ = ellipj(ellipk(modulus**2) + t[:, 0].numpy(), modulus**2)
    exact = 2 * torch.asin(modulus * torch.from_numpy(sine))
    assert (solution(t)["angle"] - exact).abs().max() < 1e-12


def test_a_stiff_equation_is_stepped_implicitly() -> None:
    def slopes(t: Tensor, u: Tensor) -> list[Tensor]:
        return [-1e4 * (u - torch.cos(t)) - torch.sin(t)]

    solution = InitialValue(slopes, {"u": 1.0}, (0.0, 1.0), is_stiff=True)
    assert (solution(times(1))["u"] - times(1)[:, 0].cos()).abs().max() < 1e-14


def test_slopes_and_curvatures_are_those_of_the_equation() -> None:
    solution = InitialValue(swing, {"x": 0.0, "y": 1.0}, (0.0, 3.0))
    t = times(3).requires_grad_()
    (slope,) = torch.autograd.grad(solution(t)["x"].sum(), t, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), t)
    assert (slope - t.cos()).abs().max() < 1e-13
    assert (curvature + t.sin()).abs().max() < 1e-11


def test_slopes_that_are_numbers_will_do() -> None:
    solution = InitialValue(lambda t, u, v: (2.0, t), {"u": 1.0, "v": 0.0}, (0.0, 2.0))
    found = solution(times(2))
    assert (found["u"] - 1 - 2 * times(2)[:, 0]).abs().max() < 1e-14
    assert (found["v"] - times(2)[:, 0] ** 2 / 2).abs().max() < 1e-14


def test_an_unknown_that_stays_zero_has_an_error() -> None:
    solution = InitialValue(swing, {"x": 0.0, "y": 0.0}, (0.0, 1.0))
    assert solution.error == {"x": 0.0, "y": 0.0}
    assert not solution(times(1))["x"].any()


def test_what_cannot_be_solved_is_refused() -> None:
    with pytest.raises(ValueError, match=r"last time must be after the first, got \(1, 1\)"):
        InitialValue(swing, {"x": 0.0, "y": 1.0}, (1, 1))
    with pytest.raises(ValueError, match=r"must return 2 slopes, one per unknown \(x, y\), got 1"):
        InitialValue(lambda t, x, y: (x,), {"x": 0.0, "y": 1.0}, (0, 1))(times(1))
    with pytest.raises(ValueError, match=r"the solution ends at t = 1(\.0+\d*)?, before 2"):
        InitialValue(lambda t, u: (u**2,), {"u": 1.0}, (0, 2))(times(2))
