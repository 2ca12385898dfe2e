"""The last layer: solved at once where all is affine, by damped steps elsewhere."""

import numpy as np
import pytest
import scipy.linalg
import torch
from sums_of_squares import Squares, rosenbrock, some_rows
from torch import Generator, Tensor, nn

from pinn_metakan.optimizers.jacobian import Jacobian, WholeJacobian
from pinn_metakan.optimizers.last_layer import DampedSolution, LastLayer
from pinn_metakan.optimizers.verdict import Outcome


def test_a_solution_is_that_of_scipy(generator: Generator) -> None:
    scales = 10.0 ** torch.arange(-6, 6, dtype=torch.float64)
    jacobian = torch.randn(40, 12, generator=generator, dtype=torch.float64) * scales
    r = torch.randn(40, generator=generator, dtype=torch.float64)
    found = DampedSolution(r, jacobian).step(1e-14)
    units = jacobian.norm(dim=0)
    expected, *_ = scipy.linalg.lstsq((jacobian / units).numpy(), -r.numpy())
    assert np.allclose(found * units, expected, rtol=1e-10, atol=1e-12)


def test_a_solution_without_full_rank_has_the_residual_of_scipy(generator: Generator) -> None:
    x = torch.linspace(-1, 1, 60, dtype=torch.float64).unsqueeze(1)
    jacobian = torch.tanh(x * torch.rand(40, generator=generator, dtype=torch.float64) + 0.1)
    r = -torch.sin(x[:, 0])
    assert np.linalg.matrix_rank(jacobian.numpy()) < 40
    found = DampedSolution(r, jacobian).step(1e-14)
    expected, *_ = scipy.linalg.lstsq(jacobian.numpy(), -r.numpy(), cond=1e-14)
    least = np.linalg.norm(jacobian.numpy() @ expected + r.numpy())
    assert float((jacobian @ found + r).norm()) < 10 * least + 1e-11


def test_a_column_of_zeros_is_left_alone() -> None:
    jacobian = torch.eye(3, 2, dtype=torch.float64) * torch.tensor([2.0, 0.0])
    step = DampedSolution(torch.ones(3, dtype=torch.float64), jacobian).step(1e-14)
    assert torch.allclose(step, torch.tensor([-0.5, 0.0], dtype=torch.float64))


def test_more_damping_gives_a_shorter_step(generator: Generator) -> None:
    jacobian = torch.randn(9, 4, generator=generator, dtype=torch.float64)
    solution = DampedSolution(jacobian.sum(dim=1), jacobian)
    lengths = [float(solution.step(damping).norm()) for damping in (1e-14, 1e-1, 1.0, 10.0)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] < 0.1 * lengths[0]


def test_an_affine_residual_takes_one_step() -> None:
    probe = Squares(lambda x: torch.stack([x[0] - 3, 2 * x[1] + 4, x[0] + x[1]]), (5.0, 5.0))
    verdict = LastLayer([probe.x], [probe.x]).step(probe)
    assert verdict is not None
    assert verdict.outcome is Outcome.SETTLED
    assert verdict.sentence == "solved: the residual is affine in the last layer"
    matrix = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    expected, *_ = scipy.linalg.lstsq(matrix, np.array([3.0, -4.0, 0.0]))
    assert np.allclose(probe.value, expected, atol=1e-13)


class TwoParts:
    """r = tanh(a) b - 1, of parameters a and b."""

    def __init__(self) -> None:
        self.a = nn.Parameter(torch.tensor([0.5, 1.0], dtype=torch.float64))
        self.b = nn.Parameter(torch.zeros(2, dtype=torch.float64))

    def gradient(self) -> Tensor:
        raise AssertionError("no gradient is needed")

    @torch.no_grad()
    def residual(self) -> Tensor:
        return self.a.tanh() * self.b - 1

    @torch.no_grad()
    def linearize(self) -> tuple[Tensor, Tensor]:
        blocks = [(1 - self.a.tanh() ** 2) * self.b, self.a.tanh()]
        return self.residual(), torch.cat([torch.diag(block) for block in blocks], dim=1)

    def linearize_within(self, numbers: int) -> tuple[Tensor, Jacobian]:
        r, jacobian = self.linearize()
        return r, WholeJacobian(jacobian)

    def linearize_part(self, count: int, generator: torch.Generator) -> tuple[Tensor, Jacobian]:
        return some_rows(*self.linearize(), count, generator)


def test_other_parameters_stay() -> None:
    probe = TwoParts()
    before = probe.a.detach().clone()
    assert LastLayer([probe.a, probe.b], [probe.b]).step(probe) is not None
    assert torch.equal(probe.a, before)
    assert torch.allclose(probe.b, 1 / before.tanh())


def test_damped_steps_solve_what_is_not_affine() -> None:
    probe = rosenbrock()
    optimizer = LastLayer([probe.x], [probe.x])
    for _ in range(50):
        verdict = optimizer.step(probe)
        if verdict is not None:
            break
    assert float(probe.residual().norm()) < 1e-10


def test_a_step_that_falls_too_little_ends_the_stage() -> None:
    probe = Squares(lambda x: torch.cat([x**3 - 1, torch.full((1,), 1e3).to(x)]), (3.0,))
    verdict = LastLayer([probe.x], [probe.x], tolerance=0.5).step(probe)
    assert verdict is not None
    assert verdict.sentence.startswith("step tolerance: ")


def test_parameters_stay_where_no_step_is_better() -> None:
    probe = Squares(lambda x: x.abs() + 1, (0.0,))
    verdict = LastLayer([probe.x], [probe.x]).step(probe)
    assert verdict is not None
    assert verdict.outcome is Outcome.STUCK
    assert float(probe.value) == 0.0


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_ends_the_stage(value: float) -> None:
    probe = Squares(lambda x: x * value, (1.0,))
    verdict = LastLayer([probe.x], [probe.x]).step(probe)
    assert verdict is not None
    assert verdict.outcome is Outcome.NOT_FINITE
