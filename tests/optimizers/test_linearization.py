"""A linearization against plain products, and one whose rows are spread over two threads."""

from collections.abc import Callable

import pytest
import torch
from sums_of_squares import START, Squares, rosenbrock_residuals, two_of_six, valley
from threads_as_processes import in_threads
from torch import Tensor

from pinn_metakan.optimizers import damping_search
from pinn_metakan.optimizers.communicator import ONE_PROCESS, Communicator
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.linearization import Linearization

PROBLEMS: dict[str, tuple[Callable[[Tensor], Tensor], tuple[float, ...]]] = {
    "rosenbrock": (rosenbrock_residuals, START),
    "valley": (valley, (-1.5, -(1.5**3))),
    "more_unknowns": (two_of_six, (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)),
}


def steps(probe: Squares, communicator: Communicator) -> Tensor:
    """Where six steps lead, shape (6, P)."""
    optimizer = LevenbergMarquardt([probe.x], communicator=communicator)
    points = []
    for _ in range(6):
        optimizer.step(probe)
        points.append(probe.value.clone())
    return torch.stack(points)


@pytest.mark.parametrize("smallest", [1e-6, 1e-10, 1e-28])
@pytest.mark.parametrize("name", PROBLEMS)
def test_rows_spread_over_two_threads_make_the_same_steps(
    name: str, smallest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the normal equations, then with corrections too, then by the singular values."""
    monkeypatch.setattr(damping_search, "_SMALLEST_DAMPING", smallest)
    residuals, start = PROBLEMS[name]
    whole = steps(Squares(residuals, start), ONE_PROCESS)
    count = len(residuals(torch.tensor(start))) // 2

    def half(communicator: Communicator) -> Tensor:
        rows = slice(0, count) if communicator.number == 0 else slice(count, None)
        return steps(Squares(lambda x: residuals(x)[rows], start), communicator)

    first, second = in_threads(2, half)
    assert torch.equal(first, second)
    assert (first - whole).abs().max() <= 1e-12 * whole.abs().max()


@pytest.mark.parametrize("scaling", [0.0, 0.5])
def test_a_linearization_is_the_jacobian_in_units_of_its_columns(
    scaling: float, generator: torch.Generator
) -> None:
    jacobian = torch.randn(30, 7, generator=generator, dtype=torch.float64)
    jacobian *= torch.logspace(0, -3, 7, dtype=torch.float64)
    point, r, step, v = (
        torch.randn(n, generator=generator, dtype=torch.float64) for n in (7, 30, 7, 30)
    )
    norms = jacobian.norm(dim=0)
    scaled = jacobian * (norms / norms.max()) ** -scaling
    here = Linearization(point, r, jacobian.clone(), scaling)
    close = {"rtol": 1e-12, "atol": 1e-14}
    torch.testing.assert_close(here.pushed(step), scaled @ step, **close)
    torch.testing.assert_close(here.pulled(v), scaled.T @ v, **close)
    torch.testing.assert_close(here.gram().tril(), (scaled.T @ scaled).tril(), **close)
    torch.testing.assert_close(here.kernel().tril(), (scaled @ scaled.T).tril(), **close)
    torch.testing.assert_close(here.slopes, scaled.T @ r, **close)
    torch.testing.assert_close(jacobian @ (here.moved(step) - point), scaled @ step, **close)
    assert here.squared(v) == pytest.approx(float(v @ v), rel=1e-12)
    assert here.trace == pytest.approx(float(scaled.square().sum()), rel=1e-12)


def test_a_step_promises_what_the_linear_model_falls(generator: torch.Generator) -> None:
    jacobian = torch.randn(30, 7, generator=generator, dtype=torch.float64)
    r = torch.randn(30, generator=generator, dtype=torch.float64)
    here = Linearization(torch.zeros(7).double(), r, jacobian, 0.0)
    matrix = jacobian.T @ jacobian + 0.1 * torch.eye(7, dtype=torch.float64)
    step = -torch.linalg.solve(matrix, jacobian.T @ r)
    fall = here.loss - here.squared(r + jacobian @ step)
    assert here.predicted(step, 0.1) == pytest.approx(fall, rel=1e-12)


def test_the_norm_of_one_part_is_exact(generator: torch.Generator) -> None:
    """So that one process computes what it would without others, bit for bit."""
    norms = torch.randn(10_000, generator=generator, dtype=torch.float64).exp()
    assert torch.equal(norms.square().sqrt(), norms)
